#pragma once

#include "messages/directory_records.hpp"
#include "samples.hpp"

/// Records of the directory for the tests of the codecs, as those of books in samples.hpp. Without names: those
/// are keys.
namespace bourse::samples {

// --- Fixed. The golden files hold exactly these: never change one, add another. ---------------------

[[nodiscard]] currency_record distinct_currency_record();
[[nodiscard]] instrument_record distinct_instrument_record();
[[nodiscard]] account_record distinct_account_record();
[[nodiscard]] user_record distinct_user_record();

// --- Random -----------------------------------------------------------------------------------------

[[nodiscard]] currency_record random_currency_record(random_records& random);
[[nodiscard]] instrument_record random_instrument_record(random_records& random);
[[nodiscard]] account_record random_account_record(random_records& random);
[[nodiscard]] user_record random_user_record(random_records& random);

}  // namespace bourse::samples
