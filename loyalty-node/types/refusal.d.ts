// Why events are refused.

/** The codes of refusals that this version knows; `docs/embedding.md` says what the host does about each. A later one may know more. */
export type RefusalCode =
  | "invalid_json" | "event_too_large" | "too_many_fields" | "too_deep" | "too_many_items" | "too_many_decisions" | "text_too_long"
  | "number_too_long" | "missing_field" | "wrong_type" | "negative_amount" | "unknown_event" | "wrong_member"
  | "wrong_currency" | "bad_instant" | "future_event" | "too_late" | "conflict" | "stale_state" | "unknown_order"
  | "unknown_line" | "too_many_units" | "refund_exceeds_order" | "ambiguous_amount" | "already_returned" | "return_window_closed"
  | "insufficient_balance" | "unknown_reward" | "unknown_hold" | "not_eligible" | "limit_reached" | "unknown_wallet"
  | "unknown_coupon" | "unknown_challenge" | "challenge_closed" | "unknown_level" | "unknown_badge" | "nothing_to_revoke"
  | "unknown_receiver"
  | "unknown_transfer" | "self_referral" | "known_friend" | "unknown_referral" | "member_closed" | "member_paused"
  | "refused_by_rule" | "overflow" | "unknown_game" | "unknown_message" | "unknown_segment" | "unknown_leaderboard"
  | "forged" | "not_over" | "not_alike" | "not_asked" | "already_answered" | "question_closed" | "unknown_answer"
  | "no_secret" | "other_program";
