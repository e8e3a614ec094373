#pragma once

// What every translation unit of the gateway and the client library reads, and takes longest: not to be included by
// hand.
#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>
#include <kj/async-unix.h>

#include "messages/schema/exchange.capnp.h"
