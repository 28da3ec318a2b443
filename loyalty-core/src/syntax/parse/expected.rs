//! What each rule of the grammar is called in messages.

use super::grammar::Rule;

/// What a rule is called for people. The match is exhaustive, so that no rule reaches them by its own name.
pub(super) const fn name_of(found: Rule) -> &'static str {
    match found {
        Rule::file
        | Rule::lone_item
        | Rule::lone_expr
        | Rule::bad_item
        | Rule::item_start
        | Rule::item_word
        | Rule::item
        | Rule::program
        | Rule::member
        | Rule::event
        | Rule::record
        | Rule::wallet
        | Rule::measure
        | Rule::segment
        | Rule::rule_decl
        | Rule::group
        | Rule::test
        | Rule::tiers
        | Rule::challenge
        | Rule::badge
        | Rule::wheel
        | Rule::quiz
        | Rule::survey
        | Rule::leaderboard
        | Rule::coupon
        | Rule::reward
        | Rule::message
        | Rule::policy
        | Rule::experiment
        | Rule::referral => "a declaration",
        Rule::doc => "a `///` comment",
        Rule::open_
        | Rule::block
        | Rule::fields
        | Rule::values
        | Rule::engagement_block
        | Rule::tiers_block
        | Rule::referral_block => "`{`",
        Rule::paren_open | Rule::arguments => "`(`",
        Rule::equals_ | Rule::field_default => "`=`",
        Rule::reserved
        | Rule::tiers_word
        | Rule::next_threshold
        | Rule::unit_stop
        | Rule::name
        | Rule::word
        | Rule::unit
        | Rule::plain_name
        | Rule::path => "a name",
        Rule::name_list => "a list of names",
        Rule::number
        | Rule::bare_number
        | Rule::lone_number
        | Rule::number_before_level
        | Rule::threshold_before_level => "a number",
        Rule::integer => "a whole number",
        Rule::percent | Rule::percentage => "a percentage",
        Rule::quantity
        | Rule::expr
        | Rule::argument
        | Rule::negate
        | Rule::operand
        | Rule::parenthesised
        | Rule::list
        | Rule::call
        | Rule::since
        | Rule::apart
        | Rule::apart_start
        | Rule::filter
        | Rule::match_expr
        | Rule::arm_value
        | Rule::per_operand
        | Rule::limit_told
        | Rule::value
        | Rule::value_record
        | Rule::value_list
        | Rule::false_
        | Rule::match_
        | Rule::true_ => "a value",
        Rule::date => "a day such as `2026-11-21`",
        Rule::time | Rule::hours | Rule::at_time => "a time such as `21:00`",
        Rule::instant => "an instant",
        Rule::text => "a text in quotes",
        Rule::day_second
        | Rule::day_minute
        | Rule::day_hour
        | Rule::day_day
        | Rule::day_week
        | Rule::day_month
        | Rule::day_quarter
        | Rule::day_year
        | Rule::time_unit => "a unit of time",
        Rule::duration => "a duration such as `30 days`",
        Rule::half_year | Rule::half_years | Rule::period => "a period such as `month`",
        Rule::calendar_periods => "`3 calendar months`",
        Rule::of_next_month => "`of next month`",
        Rule::of_last_year => "`of last year`",
        Rule::rise_day => "a day such as `on 1 april`",
        Rule::weekday | Rule::weekday_list => "a weekday",
        Rule::month_name => "a month",
        Rule::ordinal
        | Rule::every_day
        | Rule::day_number
        | Rule::last_day
        | Rule::ordinal_weekday
        | Rule::month_day => "a day of the calendar",
        Rule::date_range => "a range of days",
        Rule::instant_range => "a range of instants",
        Rule::equal
        | Rule::not_equal
        | Rule::less_or_equal
        | Rule::less
        | Rule::greater_or_equal
        | Rule::greater
        | Rule::not_in
        | Rule::add
        | Rule::subtract
        | Rule::multiply_by
        | Rule::divide
        | Rule::otherwise
        | Rule::field
        | Rule::consents
        | Rule::is_missing => "an operator",
        Rule::aggregate | Rule::aggregate_function | Rule::measure_body | Rule::progress | Rule::progress_word => {
            "an aggregate such as `sum(order.subtotal)`"
        }
        Rule::by_period | Rule::factor | Rule::tiers_by | Rule::referral_by | Rule::leaderboard_by | Rule::by_ => {
            "`by`"
        }
        Rule::match_arm => "a pattern and its value",
        Rule::otherwise_arm | Rule::else_ => "`else`",
        Rule::patterns | Rule::closed_range | Rule::open_range | Rule::bound => "a pattern",
        Rule::clause
        | Rule::earn
        | Rule::multiply
        | Rule::spend
        | Rule::transfer
        | Rule::accept
        | Rule::tag
        | Rule::untag
        | Rule::refuse
        | Rule::set
        | Rule::signal
        | Rule::award
        | Rule::issue
        | Rule::redeem
        | Rule::redeem_each
        | Rule::draw
        | Rule::ask
        | Rule::opt_into
        | Rule::say
        | Rule::consent
        | Rule::withdraw
        | Rule::convert
        | Rule::forfeit
        | Rule::raise
        | Rule::tiers_clause
        | Rule::referral_clause
        | Rule::head_clause
        | Rule::engagement_clause
        | Rule::level
        | Rule::translation
        | Rule::at_most
        | Rule::allowed
        | Rule::arm => "a clause",
        Rule::when_clause | Rule::when_ => "`when`",
        Rule::valid_clause | Rule::valid_for | Rule::valid_ => "`valid`",
        Rule::valid_part => "a range of days, a range of times or `on`",
        Rule::on_weekdays
        | Rule::vest_on
        | Rule::vest_day
        | Rule::expire_day
        | Rule::on_full_return
        | Rule::on_trigger
        | Rule::on_ => "`on`",
        Rule::limit_clause | Rule::limit_ => "`limit`",
        Rule::in_wallet => "`in`",
        Rule::of_next_year => "`of next year`",
        Rule::membership => "`membership year`",
        Rule::limit => "a limit such as `1 per member`",
        Rule::in_total => "`in total`",
        Rule::per_member => "`per member`",
        Rule::per => "`per` and a period",
        Rule::cap_clause | Rule::cap_ => "`cap`",
        Rule::cap => "a maximum such as `500 beans per day`",
        Rule::dated_block
        | Rule::dated_engagement
        | Rule::dated_fields
        | Rule::dated_measure
        | Rule::dated_segment
        | Rule::dated_tiers
        | Rule::dated_referral
        | Rule::every_from => "`from` and a day",
        Rule::version | Rule::version_ => "`version`",
        Rule::currency | Rule::currency_ => "`currency`",
        Rule::timezone | Rule::timezone_ => "`timezone`",
        Rule::week | Rule::week_ => "`week`",
        Rule::year_start => "`year`",
        Rule::languages | Rule::languages_ => "`languages`",
        Rule::history | Rule::history_ => "`history`",
        Rule::returns | Rule::measure_returns | Rule::tiers_returns | Rule::returns_ => "`returns`",
        Rule::returns_within => "`within` and a duration",
        Rule::returns_policy => "`keep` or `revoke`",
        Rule::future | Rule::future_ => "`future`",
        Rule::holds | Rule::holds_ => "`holds`",
        Rule::decimals | Rule::decimals_ => "`decimals`",
        Rule::round | Rule::round_ => "`round`",
        Rule::round_mode => "a way to round",
        Rule::round_scope => "`per` and what is rounded",
        Rule::multipliers | Rule::multipliers_ => "`multipliers`",
        Rule::vest_clause | Rule::vest_ => "`vest`",
        Rule::vest_form => "`at once`, `at`, `after` or `on`",
        Rule::vest_end => "`at end of`",
        Rule::vest_at_once | Rule::at_once => "`at once`",
        Rule::vest_after | Rule::expire_idle | Rule::after_span => "`after` and a duration",
        Rule::expire_clause | Rule::earn_life | Rule::earn_expire | Rule::expire_ => "`expire`",
        Rule::expire_form => "a form of expiry",
        Rule::expire_never | Rule::never_ => "`never`",
        Rule::expire_after => "a duration and `after earning`",
        Rule::expire_end => "`end of`",
        Rule::expire_at | Rule::vest_at => "`at` and a day",
        Rule::activity => "`earning`, `activity` or an event",
        Rule::spend_order | Rule::spend_ => "`spend`",
        Rule::clawback | Rule::clawback_ => "`clawback`",
        Rule::within_balance => "`within balance`",
        Rule::may_overdraw => "`may overdraw`",
        Rule::only_pending => "`only pending`",
        Rule::restore | Rule::restore_ => "`restore`",
        Rule::restore_original | Rule::original_ => "`original`",
        Rule::at_least => "`at least`",
        Rule::hold_at_most => "`hold at most`",
        Rule::rate | Rule::cost_per | Rule::per_ => "`per`",
        Rule::to_wallet | Rule::signal_to | Rule::transfer_to | Rule::convert_to | Rule::raise_to | Rule::to_ => "`to`",
        Rule::keep_expiry => "`keep expiry`",
        Rule::fresh_expiry => "`fresh expiry`",
        Rule::up_to_ | Rule::up_to | Rule::repeat_max => "`up to`",
        Rule::from_wallet | Rule::level_from | Rule::from_ => "`from`",
        Rule::field_decl => "a field",
        Rule::type_ref => "a type",
        Rule::window
        | Rule::this_window
        | Rule::last_window
        | Rule::rolling_window
        | Rule::rolling_calendar
        | Rule::own_period
        | Rule::within
        | Rule::answer_within
        | Rule::each_window
        | Rule::following => "a window such as `this month`",
        Rule::trigger | Rule::every_trigger | Rule::before_trigger | Rule::after_trigger => {
            "a trigger such as `on order`"
        }
        Rule::on_message => "`message matching`",
        Rule::otherwise_ | Rule::otherwise_block => "`otherwise`",
        Rule::on_segment | Rule::segment_ => "`segment`",
        Rule::on_decision | Rule::decision => "a decision",
        Rule::on_subject | Rule::after_event => "an event",
        Rule::change | Rule::reaches => "a change such as `rises`",
        Rule::into_wallet | Rule::into_ => "`into`",
        Rule::issue_code | Rule::code_ => "`code`",
        Rule::issue_end => "`for`, `until` or `to end of`",
        Rule::raise_end => "`for`, `until` or `to end of`",
        Rule::to_anniversary | Rule::anniversary_ => "`to anniversary`",
        Rule::at_end_of => "`at end of`",
        Rule::for_ => "`for`",
        Rule::forfeit_ => "`forfeit`",
        Rule::raise_ => "`raise`",
        Rule::reaches_ => "`reaches`",
        Rule::until_ => "`until`",
        Rule::after_last | Rule::last_ => "`last`",
        Rule::without_event | Rule::without_ => "`without`",
        Rule::tender_clause | Rule::tender_ => "`tender`",
        Rule::test_step
        | Rule::given_member
        | Rule::given
        | Rule::on_event
        | Rule::advance
        | Rule::expect_refused
        | Rule::refused_by
        | Rule::expect => "a step of the test",
        Rule::field_value => "a field and its value",
        Rule::give | Rule::give_ => "`give`",
        Rule::give_shipping => "`free shipping`",
        Rule::give_units => "`cheapest` or `most expensive`",
        Rule::most_expensive => "`most expensive`",
        Rule::of_units | Rule::of_ => "`of`",
        Rule::give_off => "what is given, such as `20% off order`",
        Rule::give_bundle | Rule::bundle_ => "`bundle`",
        Rule::bundle_part => "units of a bundle, such as `1 from order.lines where …`",
        Rule::give_steps => "`steps`",
        Rule::give_step => "a step, such as `from 50 EUR 5 EUR off`",
        Rule::give_bound => "a quantity, such as `50 EUR`",
        Rule::give_gift => "a gift, such as `1 \"MUG\" free`",
        Rule::give_get => "units, such as `1 free from order.lines`",
        Rule::for_every => "`for every`",
        Rule::give_price | Rule::price_ => "`price`",
        Rule::off_units => "`first unit`",
        Rule::off_every => "`every`",
        Rule::of_each => "`each unit of`, `each line of` or `all of`",
        Rule::lowered => "`free`, `20% off` or `price 9 EUR`",
        Rule::order_lines => "`order`, `order.lines` or `shipping`",
        Rule::except | Rule::except_ => "`except where`",
        Rule::times => "`at most`",
        Rule::times_ => "`times`",
        Rule::unit_groups | Rule::groups_ => "`groups`",
        Rule::for_merchant => "`for customer` or `for merchant`",
        Rule::spread | Rule::spread_ => "`spread`",
        Rule::split | Rule::split_ => "`split`",
        Rule::basis | Rule::basis_ => "`basis`",
        Rule::judge | Rule::judge_ => "`judge`",
        Rule::stop | Rule::stop_ => "`stop`",
        Rule::floor | Rule::floor_ => "`floor`",
        Rule::choose | Rule::choose_ => "`choose`",
        Rule::best_for_member => "`best for member`",
        Rule::by_priority => "`by priority`",
        Rule::all_codes | Rule::minted | Rule::codes_ => "`codes`",
        Rule::length_ => "`length` and how many characters",
        Rule::budget | Rule::budget_ => "`budget`",
        Rule::stack | Rule::stack_ => "`stack`",
        Rule::priority | Rule::priority_ => "`priority`",
        Rule::stacking_group | Rule::group_ => "`group`",
        Rule::first_by_priority => "`first by priority`",
        Rule::usage | Rule::usage_ => "`usage`",
        Rule::given_back => "`given back`",
        Rule::cost | Rule::cost_ => "`cost`",
        Rule::cost_steps => "`steps of`",
        Rule::pay_at_least => "`at least`",
        Rule::all_or_nothing => "`all or nothing`",
        Rule::same_order | Rule::same_ => "`same order counts`",
        Rule::hold_for => "`hold for`",
        Rule::benefit | Rule::benefit_ => "`benefit`",
        Rule::rise | Rule::rise_ => "`rise`",
        Rule::at_period_end => "`at period end`",
        Rule::keep | Rule::keep_ => "`keep`",
        Rule::while_qualified => "`while qualified`",
        Rule::to_end | Rule::on_to_end => "`to end of`",
        Rule::grace | Rule::grace_ => "`grace`",
        Rule::fall | Rule::fall_ => "`fall`",
        Rule::to_earned_level => "`to earned level`",
        Rule::one_level => "`one level`",
        Rule::retain | Rule::retain_ => "`retain`",
        Rule::any_of | Rule::any_ => "`any`",
        Rule::seen | Rule::seen_ => "`seen`",
        Rule::qualify | Rule::qualify_ => "`qualify`",
        Rule::referral_within => "`within` and a duration",
        Rule::settle | Rule::settle_ => "`settle`",
        Rule::terms | Rule::terms_ => "`terms`",
        Rule::joining_ => "`joining`",
        Rule::qualifying_ => "`qualifying`",
        Rule::friend_part | Rule::friend_ => "`friend`",
        Rule::advocate_part | Rule::advocate_ => "`advocate`",
        Rule::reach | Rule::reach_ => "`reach`",
        Rule::share | Rule::share_ => "`share`",
        Rule::share_for => "`for` and a duration",
        Rule::referral_ => "`referral`",
        Rule::carry | Rule::carry_ => "`carry`",
        Rule::steps | Rule::steps_ => "`steps`",
        Rule::step_list => "a list of events",
        Rule::step => "an event",
        Rule::opt_in | Rule::opt_ => "`opt in`",
        Rule::after_challenge => "`after`",
        Rule::freeze | Rule::freeze_ => "`freeze`",
        Rule::migrate | Rule::migrate_ => "`migrate`",
        Rule::adaptive_goal => "`from`",
        Rule::goal_name => "a name",
        Rule::goal_to => "`to`",
        Rule::goal_average => "`by average of`",
        Rule::goal_plus | Rule::plus_ => "`plus`",
        Rule::goal_minus | Rule::minus_ => "`minus`",
        Rule::in_order => "`in order`",
        Rule::goal | Rule::goal_ => "`goal`",
        Rule::salt | Rule::salt_ => "`salt`",
        Rule::badge_level | Rule::award_level => "`level`",
        Rule::reward_clause | Rule::reward_ => "`reward`",
        Rule::repeat | Rule::repeat_ => "`repeat`",
        Rule::tolerance | Rule::tolerance_ => "`tolerance`",
        Rule::weight | Rule::weight_ => "`weight`",
        Rule::stock | Rule::stock_ => "`stock`",
        Rule::without_stock => "`without stock`",
        Rule::to_nothing => "`to nothing`",
        Rule::question | Rule::ask_ => "`ask`",
        Rule::choice | Rule::choice_ => "`choice`",
        Rule::answer | Rule::answer_ => "`answer`",
        Rule::right | Rule::right_ => "`right`",
        Rule::wrong | Rule::wrong_ => "`wrong`",
        Rule::scale | Rule::scale_ => "`scale`",
        Rule::done | Rule::done_ => "`done`",
        Rule::template | Rule::template_ => "`template`",
        Rule::broadcast | Rule::broadcast_ => "`broadcast`",
        Rule::audience => "`to`",
        Rule::button | Rule::button_ => "`button`",
        Rule::tapped => "what the button does",
        Rule::link | Rule::link_ => "`link`",
        Rule::copy_code | Rule::copy_ => "`copy`",
        Rule::menu | Rule::choice_list | Rule::list_ => "`list`",
        Rule::menu_row | Rule::row_ => "`row`",
        Rule::header | Rule::header_ => "`header`",
        Rule::footer | Rule::footer_ => "`footer`",
        Rule::label => "a text in quotes",
        Rule::quiet | Rule::quiet_ => "`quiet`",
        Rule::quiet_for => "`for`",
        Rule::message_window | Rule::window_ => "`window`",
        Rule::double_consent => "`consent`",
        Rule::double_ => "`double`",
        Rule::held_ => "`held`",
        Rule::dropped_ => "`dropped`",
        Rule::total_per => "`per`",
        Rule::ties | Rule::ties_ => "`ties`",
        Rule::top_places | Rule::top_ => "`top`",
        Rule::WHITESPACE | Rule::line_end | Rule::blank | Rule::here | Rule::gap => "a space",
        Rule::digits => "a number",
        Rule::START | Rule::PART => "a letter",
        Rule::declaration => "a declaration",
        Rule::bool | Rule::prefix | Rule::primary | Rule::value_start => "a value",
        Rule::infix | Rule::infix_start | Rule::postfix => "an operator",
        Rule::filtered_path | Rule::plain_word | Rule::word_pair_unit => "a name",
        Rule::from_first_use => "`from first use`",
        Rule::use_ => "`use`",
        Rule::worked_out => "what each comes to, `.(quantity * unit_price)`",
        Rule::pattern => "a pattern",
        Rule::per_parenthesised => "`(`",
        Rule::effect => "a clause",
        Rule::EOI => "the next declaration",
        Rule::close_ => "`}`",
        Rule::paren_close => "`)`",
        Rule::list_open => "`[`",
        Rule::list_close => "`]`",
        Rule::comma_ => "`,`",
        Rule::optional_ => "`?`",
        Rule::to_end_ => "`..`",
        Rule::expect_refused_ => "`expect refused`",
        Rule::accept_ => "`accept`",
        Rule::activity_ => "`activity`",
        Rule::add_ => "`add`",
        Rule::advance_ => "`advance`",
        Rule::after_ => "`after`",
        Rule::all_ => "`all`",
        Rule::not_ => "`not`",
        Rule::and_ => "`and`",
        Rule::at_ => "`at`",
        Rule::automatic_ => "`automatic`",
        Rule::whole_ => "`whole`",
        Rule::units_ => "`units`",
        Rule::sequential_ => "`sequential`",
        Rule::quantity_ => "`quantity`",
        Rule::merchant_ => "`merchant`",
        Rule::lines_ => "`lines`",
        Rule::item_ => "`item`",
        Rule::initial_ => "`initial`",
        Rule::further_ => "`further`",
        Rule::discounts_ => "`discounts`",
        Rule::customer_ => "`customer`",
        Rule::amount_ => "`amount`",
        Rule::award_ => "`award`",
        Rule::average_ => "`average`",
        Rule::back_ => "`back`",
        Rule::badge_ => "`badge`",
        Rule::balance_ => "`balance`",
        Rule::before_ => "`before`",
        Rule::best_ => "`best`",
        Rule::calendar_ => "`calendar`",
        Rule::challenge_ => "`challenge`",
        Rule::cheapest_ => "`cheapest`",
        Rule::competition_ => "`competition`",
        Rule::compound_ => "`compound`",
        Rule::consent_ => "`consent`",
        Rule::counts_ => "`counts`",
        Rule::convert_ => "`convert`",
        Rule::coupon_ => "`coupon`",
        Rule::day_ => "`day`",
        Rule::dense_ => "`dense`",
        Rule::down_ => "`down`",
        Rule::draw_ => "`draw`",
        Rule::each_ => "`each`",
        Rule::earn_ => "`earn`",
        Rule::earned_ => "`earned`",
        Rule::earning_ => "`earning`",
        Rule::end_ => "`end`",
        Rule::entered_ => "`entered`",
        Rule::even_ => "`even`",
        Rule::event_ => "`event`",
        Rule::every_ => "`every`",
        Rule::expect_ => "`expect`",
        Rule::expensive_ => "`expensive`",
        Rule::experiment_ => "`experiment`",
        Rule::expires_ => "`expires`",
        Rule::expiring_ => "`expiring`",
        Rule::first_ => "`first`",
        Rule::free_ => "`free`",
        Rule::expiry_ => "`expiry`",
        Rule::fresh_ => "`fresh`",
        Rule::full_ => "`full`",
        Rule::given_ => "`given`",
        Rule::half_ => "`half`",
        Rule::hold_ => "`hold`",
        Rule::in_ => "`in`",
        Rule::is_ => "`is`",
        Rule::issue_ => "`issue`",
        Rule::issued_ => "`issued`",
        Rule::kept_ => "`kept`",
        Rule::leaderboard_ => "`leaderboard`",
        Rule::least_ => "`least`",
        Rule::left_ => "`left`",
        Rule::level_ => "`level`",
        Rule::line_ => "`line`",
        Rule::matching_ => "`matching`",
        Rule::may_ => "`may`",
        Rule::measure_ => "`measure`",
        Rule::member_ => "`member`",
        Rule::message_ => "`message`",
        Rule::met_ => "`met`",
        Rule::missed_ => "`missed`",
        Rule::missing_ => "`missing`",
        Rule::month_ => "`month`",
        Rule::most_ => "`most`",
        Rule::multiply_ => "`multiply`",
        Rule::next_ => "`next`",
        Rule::none_ => "`none`",
        Rule::nothing_ => "`nothing`",
        Rule::off_ => "`off`",
        Rule::oldest_ => "`oldest`",
        Rule::once_ => "`once`",
        Rule::one_ => "`one`",
        Rule::only_ => "`only`",
        Rule::or_ => "`or`",
        Rule::order_ => "`order`",
        Rule::over_ => "`over`",
        Rule::overdraw_ => "`overdraw`",
        Rule::partial_ => "`partial`",
        Rule::pending_ => "`pending`",
        Rule::period_ => "`period`",
        Rule::policy_ => "`policy`",
        Rule::present_ => "`present`",
        Rule::program_ => "`program`",
        Rule::qualified_ => "`qualified`",
        Rule::quarter_ => "`quarter`",
        Rule::quiz_ => "`quiz`",
        Rule::record_ => "`record`",
        Rule::redeem_ => "`redeem`",
        Rule::refuse_ => "`refuse`",
        Rule::reject_ => "`reject`",
        Rule::renormalise_ => "`renormalise`",
        Rule::return_ => "`return`",
        Rule::revoke_ => "`revoke`",
        Rule::rule_ => "`rule`",
        Rule::say_ => "`say`",
        Rule::set_ => "`set`",
        Rule::shared_ => "`shared`",
        Rule::shipping_ => "`shipping`",
        Rule::signal_ => "`signal`",
        Rule::since_ => "`since`",
        Rule::between_ => "`between`",
        Rule::sincedistinct_ => "`sincedistinct`",
        Rule::soonest_ => "`soonest`",
        Rule::survey_ => "`survey`",
        Rule::tag_ => "`tag`",
        Rule::test_ => "`test`",
        Rule::this_ => "`this`",
        Rule::tiers_ => "`tiers`",
        Rule::total_ => "`total`",
        Rule::transfer_ => "`transfer`",
        Rule::truncate_ => "`truncate`",
        Rule::unit_ => "`unit`",
        Rule::untag_ => "`untag`",
        Rule::up_ => "`up`",
        Rule::vesting_ => "`vesting`",
        Rule::wallet_ => "`wallet`",
        Rule::wheel_ => "`wheel`",
        Rule::where_ => "`where`",
        Rule::while_ => "`while`",
        Rule::with_ => "`with`",
        Rule::withdraw_ => "`withdraw`",
        Rule::within_ => "`within`",
        Rule::year_ => "`year`",
    }
}
