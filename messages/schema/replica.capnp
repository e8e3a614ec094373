@0xffb29777360127d0;
# What the replicas of one shard tell each other to agree on one log (cluster/README.md).
#
# Every replica is a follower, a candidate or a leader. A leader sends its followers the entries of its
# log, and they answer how far theirs is durable; a candidate asks for votes; a leader that no longer has
# the entries a follower needs offers it a snapshot, whose rows travel another way. Messages may be lost,
# repeated and reordered.
#
# Indexes of entries count from 1, and so do terms; zero is none. A reader carries any numbers through:
# what they are worth is decided by the replica that gets them. Versions, framing and what a reader
# refuses are as in command.capnp. The example is the constant at the end.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::schema");

enum EntryKind {
  # What an entry of a log holds. Since 1.

  none @0;
  # Refused.

  command @1;
  # The shard's own: a batch of commands (entry.capnp).

  barrier @2;
  # Nothing. A leader's first entry, and what reads wait for.

  membership @3;
  # A Membership, in force from when the entry is in a log, committed or not.
}

enum MemberRole {
  # What a member of a shard's group does. Since 1.

  none @0;
  # Refused.

  voter @1;
  # Has the log, counts for majorities, and may lead.

  learner @2;
  # Has the log, and no vote.
}

struct LogEntry {
  # One entry of a log; its index is its place.

  term @0 :UInt64;
  # The term in which a leader appended it. Since 1.

  kind @1 :EntryKind;
  # What it holds. Since 1.

  payload @2 :Data;
  # What it holds, as bytes. Empty in a barrier. Since 1.
}

struct Member {
  # One replica, in a membership.

  id @0 :UInt64;
  # The replica. Zero: no replica. Since 1.

  role @1 :MemberRole;
  # What it does. Since 1.
}

struct Membership {
  # Who has a copy of a shard: the payload of an entry, and part of an offer.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  members @1 :List(Member);
  # In ascending order of ids; any other order, or an id twice, is refused. Since 1.
}

struct AppendRequest {
  # From a leader: entries for a follower's log.

  previousIndex @0 :UInt64;
  # The index of the entry before the first. Zero: there is none. Since 1.

  previousTerm @1 :UInt64;
  # The term of that entry. Zero: there is none. Since 1.

  commitIndex @2 :UInt64;
  # The last index that the leader knows to be committed. Zero: none. Since 1.

  entries @3 :List(LogEntry);
  # What follows the previous entry, without a gap. Empty: a sign of life. Since 1.
}

struct AppendAnswer {
  # How a follower answers an append request, or an offer.

  rejectedIndex @0 :UInt64;
  # The previous index of a request whose previous entry the follower does not have. Zero: it was taken.
  # Since 1.

  lastIndex @1 :UInt64;
  # Taken: the log is durable, and the leader's, up to here. Rejected: where the leader may go on from.
  # Since 1.
}

struct VoteRequest {
  # From a candidate.

  lastIndex @0 :UInt64;
  # The last index of its log that is durable. Zero: it has none. Since 1.

  lastTerm @1 :UInt64;
  # The term of that entry. Zero: it has none. Since 1.

  preVote @2 :Bool;
  # It only asks whether it would get the vote; no term changes by it. Since 1.

  leaderSentMe @3 :Bool;
  # The leader handed over to it: who hears from a leader may vote all the same. Since 1.
}

struct VoteAnswer {
  # How a vote request is answered.

  granted @0 :Bool;
  # The sender votes for the candidate, in this message's term. Since 1.

  preVote @1 :Bool;
  # The answer is to a pre-vote. Since 1.
}

struct SnapshotOffer {
  # From a leader: rows to fetch, in place of entries that it no longer has.

  index @0 :UInt64;
  # The rows stand for all entries up to this one. Zero: none. Since 1.

  term @1 :UInt64;
  # The term of that entry. Zero: none. Since 1.

  membershipIndex @2 :UInt64;
  # The index of the entry that the membership comes from; at most `index`. Zero: none. Since 1.

  membership @3 :Membership;
  # The membership in force at `index`, with a version of its own. It must be there. Since 1.
}

struct LeadershipOffer {
  # From a leader that hands over: become candidate at once.

  lastIndex @0 :UInt64;
  # The last index of the leader's log, which must be that of the receiver's. Since 1.

  lastTerm @1 :UInt64;
  # The term of that entry. Since 1.
}

struct ReplicaMessage {
  # One message from one replica to another of the same shard. Which shard, the envelope says.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  from @1 :UInt64;
  # The replica that sends it. Zero: no replica. Since 1.

  to @2 :UInt64;
  # The replica that it is for. Zero: no replica. Since 1.

  term @3 :UInt64;
  # The sender's term; of a pre-vote, request or granted, the one that the candidate would like. Since 1.

  union {
    # What is said. The struct must be there, if only with zeros in it; a null pointer is refused. Since 1.

    appendRequest @4 :AppendRequest;
    # Since 1.

    appendAnswer @5 :AppendAnswer;
    # Since 1.

    voteRequest @6 :VoteRequest;
    # Since 1.

    voteAnswer @7 :VoteAnswer;
    # Since 1.

    snapshotOffer @8 :SnapshotOffer;
    # Since 1.

    leadershipOffer @9 :LeadershipOffer;
    # Since 1.
  }
}

const exampleAppend :ReplicaMessage = (version = 1, from = 1, to = 2, term = 3, appendRequest = (
  previousIndex = 41, previousTerm = 2, commitIndex = 40,
  entries = [(term = 3, kind = barrier), (term = 3, kind = command, payload = 0x"01 02")]));
# The leader of term 3 sends entries 42, with which it began, and 43, of two bytes.
