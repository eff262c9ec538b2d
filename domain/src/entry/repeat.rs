//! How something repeats, as a line says it: `매월 둘째·넷째 일요일`, `every other Friday`.

use super::glyphs::Cursor;
use super::number::{
    counted, english_month, english_weekday, korean_month, korean_weekday, native, ordinal_ending,
};
use super::rule::{By, Repeat};
use crate::recur::Freq;
use jiff::civil::Weekday;

const WORKDAYS: [Weekday; 5] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
];
const WEEKEND: [Weekday; 2] = [Weekday::Saturday, Weekday::Sunday];
/// Longest interval that is meant: more is a number of something else.
const MOST: u32 = 99;

/// The rule that stands here.
pub(super) fn repeat(c: Cursor<'_>) -> Option<(Cursor<'_>, Repeat)> {
    let (after, found) = korean(c).or_else(|| english(c))?;
    let after = after.any_word(&["마다", "에"]).unwrap_or(after);
    after.is_edge().then_some((after, found))
}

fn korean(c: Cursor<'_>) -> Option<(Cursor<'_>, Repeat)> {
    const LEADS: [(&str, Freq, u32); 13] = [
        ("매일", Freq::Daily, 1),
        ("격일", Freq::Daily, 2),
        ("매주", Freq::Weekly, 1),
        ("격주로", Freq::Weekly, 2),
        ("격주", Freq::Weekly, 2),
        ("매월", Freq::Monthly, 1),
        ("매달", Freq::Monthly, 1),
        ("달마다", Freq::Monthly, 1),
        ("격월", Freq::Monthly, 2),
        ("매년", Freq::Yearly, 1),
        ("매해", Freq::Yearly, 1),
        ("해마다", Freq::Yearly, 1),
        ("격년", Freq::Yearly, 2),
    ];
    let lead = LEADS
        .iter()
        .find_map(|(word, freq, interval)| Some((c.word(word)?, *freq, *interval)));
    if let Some((after, freq, interval)) = lead.or_else(|| korean_interval(c)) {
        let (after, by) = korean_by(after, freq);
        return Some((after, Repeat::every(freq, interval, by)));
    }
    if let Some(after) = c.word("평일마다").or_else(|| c.word("평일 매일")) {
        let by = By::Weekdays(WORKDAYS.to_vec());
        return Some((after, Repeat::every(Freq::Weekly, 1, by)));
    }
    // `둘째·넷째 일요일` and `화요일마다` say it without a lead.
    // One ordinal alone is the name of one day: `첫 금요일 콘서트`.
    if let Some((after, By::Nth(which, days))) = korean_nth(c)
        && (which.len() > 1 || after.literal("마다").is_some())
    {
        let by = By::Nth(which, days);
        return Some((after, Repeat::every(Freq::Monthly, 1, by)));
    }
    let (after, days) = korean_weekdays(c)?;
    let after = after.literal("마다")?;
    Some((after, Repeat::every(Freq::Weekly, 1, By::Weekdays(days))))
}

/// `2주마다`, `3개월마다`, `두 달마다`.
fn korean_interval(c: Cursor<'_>) -> Option<(Cursor<'_>, Freq, u32)> {
    const UNITS: [(&str, Freq); 6] = [
        ("일", Freq::Daily),
        ("주", Freq::Weekly),
        ("개월", Freq::Monthly),
        ("달", Freq::Monthly),
        ("년", Freq::Yearly),
        ("해", Freq::Yearly),
    ];
    let digits = c.digits(2).map(|(after, count, _)| (after, count));
    let (at, count) = digits.or_else(|| native(c))?;
    let (at, freq) = at.space().one_of(&UNITS)?;
    let after = at.any_word(&["마다", "에 한 번", "에 한번"])?;
    (1..=MOST).contains(&count).then_some((after, freq, count))
}

/// The days behind a lead; nothing where none are named.
fn korean_by(lead: Cursor<'_>, freq: Freq) -> (Cursor<'_>, By) {
    let at = lead.space();
    let found = match freq {
        Freq::Weekly => korean_weekdays(at).map(|(after, days)| (after, By::Weekdays(days))),
        Freq::Monthly => korean_nth(at).or_else(|| month_days(at)),
        Freq::Yearly => year_days(at),
        _ => None,
    };
    let ends = |after: Cursor<'_>| {
        let after = after.any_word(&["마다", "에"]).unwrap_or(after);
        after.is_edge()
    };
    found
        .filter(|(after, _)| ends(*after))
        .unwrap_or((lead, By::Nothing))
}

/// `화,목`, `화·목요일`, `월~금`, `화목`, `주말`, `평일`.
fn korean_weekdays(c: Cursor<'_>) -> Option<(Cursor<'_>, Vec<Weekday>)> {
    if let Some(after) = c.word("주말") {
        return Some((after, WEEKEND.to_vec()));
    }
    if let Some(after) = c.word("평일") {
        return Some((after, WORKDAYS.to_vec()));
    }
    let (mut after, first, _) = korean_weekday(c)?;
    let mut days = vec![first];
    loop {
        if let Some(at) = after.space().eat_any(&['~', '-'])
            && let Some((end, last, _)) = korean_weekday(at.space())
        {
            extend(&mut days, last);
            after = end;
            continue;
        }
        let joined = after.space();
        let at = joined
            .eat_any(&[',', '·', '/', '&', '+'])
            .or_else(|| joined.any_word(&["및"]))
            .map_or(after, Cursor::space);
        let spaced = if at == after { joined } else { at };
        let Some((end, day, _)) = korean_weekday(spaced) else {
            break;
        };
        // `화목` goes on at once; a letter behind a space is a day only where a word ends.
        let whole = end.is_edge() || end.literal("마다").is_some();
        if spaced != after && !whole && korean_weekday(end).is_none() {
            break;
        }
        add(&mut days, day);
        after = end;
    }
    let whole = after.is_edge() || after.literal("마다").is_some() || after.literal("에").is_some();
    whole.then_some((after, days))
}

fn add(days: &mut Vec<Weekday>, day: Weekday) {
    if !days.contains(&day) {
        days.push(day);
    }
}

/// All days up to one.
fn extend(days: &mut Vec<Weekday>, last: Weekday) {
    while let Some(day) = days.last().copied()
        && day != last
        && days.len() < 7
    {
        days.push(day.next());
    }
}

/// `둘째·넷째 일요일`, `2,4번째 주 일요일`, `마지막 금요일`.
fn korean_nth(c: Cursor<'_>) -> Option<(Cursor<'_>, By)> {
    let (after, which) = nth(c)?;
    let (after, day, long) = korean_weekday(after.space())?;
    if !long {
        return None;
    }
    let mut days = vec![day];
    let mut after = after;
    while let Some(at) = after.space().eat_any(&[',', '·', '/'])
        && let Some((end, day, true)) = korean_weekday(at.space())
    {
        add(&mut days, day);
        after = end;
    }
    Some((after, By::Nth(which, days)))
}

/// `첫째`, `둘째·넷째`, `2,4번째`, `1·3주`, `2nd and 4th`, `last`: which ones; -1 is the last.
pub(super) fn nth(c: Cursor<'_>) -> Option<(Cursor<'_>, Vec<i8>)> {
    let (mut after, first) = one_nth(c).or_else(|| number_in_list(c))?;
    let mut all = vec![first];
    loop {
        let at = after.space();
        let at = at
            .eat_any(&[',', '·', '/', '&'])
            .or_else(|| at.any_word(&["and", "와", "과", "및"]))
            .map_or(at, Cursor::space);
        let at = at.word("and").map_or(at, Cursor::space);
        let Some((end, which)) = one_nth(at).or_else(|| number_in_list(at)) else {
            break;
        };
        if !all.contains(&which) {
            all.push(which);
        }
        after = end;
    }
    // The last one says what the numbers before it are.
    let counted = one_nth_ends(after);
    let week = after.space().literal("주").filter(|at| at.is_edge());
    let after = week.unwrap_or(after);
    (counted || week.is_some()).then_some((after, all))
}

/// True right behind an ordinal's own ending.
fn one_nth_ends(c: Cursor<'_>) -> bool {
    !c.before().is_some_and(|c| c.is_ascii_digit())
}

/// `2` of `2,4번째`.
fn number_in_list(c: Cursor<'_>) -> Option<(Cursor<'_>, i8)> {
    let (after, number, 1) = c.digits(1)? else {
        return None;
    };
    let goes_on = after.space().eat_any(&[',', '·', '/', '&']).is_some()
        || after.space().literal("주").is_some_and(Cursor::is_edge);
    let number = i8::try_from(number).ok().filter(|n| (1..=5).contains(n))?;
    goes_on.then_some((after, number))
}

fn one_nth(c: Cursor<'_>) -> Option<(Cursor<'_>, i8)> {
    const WORDS: [(&str, i8); 19] = [
        ("첫째", 1),
        ("첫 번째", 1),
        ("첫번째", 1),
        ("첫", 1),
        ("둘째", 2),
        ("두 번째", 2),
        ("두번째", 2),
        ("셋째", 3),
        ("세 번째", 3),
        ("세번째", 3),
        ("넷째", 4),
        ("네 번째", 4),
        ("네번째", 4),
        ("다섯째", 5),
        ("다섯 번째", 5),
        ("다섯번째", 5),
        ("마지막", -1),
        ("last", -1),
        ("final", -1),
    ];
    const ENGLISH: [(&str, i8); 5] = [
        ("first", 1),
        ("second", 2),
        ("third", 3),
        ("fourth", 4),
        ("fifth", 5),
    ];
    if let Some(found) = c.one_of(&WORDS).or_else(|| c.one_of(&ENGLISH)) {
        return Some(found);
    }
    let (after, number, _) = c.digits(1)?;
    let number = i8::try_from(number).ok().filter(|n| (1..=5).contains(n))?;
    let korean = after.space().any_word(&["번째", "째"]);
    let after = korean.or_else(|| ordinal_ending(after))?;
    Some((after, number))
}

/// `15일`, `1일, 15일`, `1·15일`, `말일`.
fn month_days(c: Cursor<'_>) -> Option<(Cursor<'_>, By)> {
    let mut days = Vec::new();
    let mut at = c;
    loop {
        if let Some(after) = at.any_word(&["말일", "마지막 날"]) {
            days.push(-1);
            at = after;
        } else {
            let (after, day) = match counted(at, 2, "일") {
                Some(found) => found,
                None => {
                    let (after, day, _) = at.digits(2)?;
                    after.space().eat_any(&[',', '·'])?;
                    (after, day)
                }
            };
            days.push(
                i8::try_from(day)
                    .ok()
                    .filter(|day| (1..=31).contains(day))?,
            );
            at = after;
        }
        let joined = at.space();
        let Some(next) = joined.eat_any(&[',', '·']).or_else(|| joined.word("와")) else {
            break;
        };
        at = next.space();
    }
    Some((at, By::MonthDays(days)))
}

/// `5/5`, `5월 5일`, `5월 둘째 일요일`, `5월 말일`.
fn year_days(c: Cursor<'_>) -> Option<(Cursor<'_>, By)> {
    if let Some((after, month, _)) = c.digits(2)
        && let Some(at) = after.eat('/')
    {
        let (after, day, _) = at.digits(2)?;
        if after.peek() == Some('/') {
            return None;
        }
        return Some((
            after,
            By::YearDays(month_number(month)?, vec![day_number(day)?]),
        ));
    }
    if let Some((after, month)) = korean_month(c) {
        let month = month_number(month)?;
        let at = after.space();
        if let Some((after, By::MonthDays(days))) = month_days(at) {
            return Some((after, By::YearDays(month, days)));
        }
        if let Some((after, By::Nth(nth, days))) = korean_nth(at) {
            return Some((after, By::YearNth(month, nth, days)));
        }
        return None;
    }
    let (after, month) = english_month(c)?;
    let (after, day, _) = after.space().digits(2)?;
    let after = ordinal_ending(after).unwrap_or(after);
    Some((after, By::YearDays(month, vec![day_number(day)?])))
}

fn month_number(month: u32) -> Option<i8> {
    i8::try_from(month)
        .ok()
        .filter(|month| (1..=12).contains(month))
}

fn day_number(day: u32) -> Option<i8> {
    i8::try_from(day).ok().filter(|day| (1..=31).contains(day))
}

fn english(c: Cursor<'_>) -> Option<(Cursor<'_>, Repeat)> {
    const ADVERBS: [(&str, Freq, u32); 9] = [
        ("daily", Freq::Daily, 1),
        ("weekly", Freq::Weekly, 1),
        ("biweekly", Freq::Weekly, 2),
        ("fortnightly", Freq::Weekly, 2),
        ("monthly", Freq::Monthly, 1),
        ("bimonthly", Freq::Monthly, 2),
        ("quarterly", Freq::Monthly, 3),
        ("yearly", Freq::Yearly, 1),
        ("annually", Freq::Yearly, 1),
    ];
    let adverb = ADVERBS
        .iter()
        .find_map(|(word, freq, interval)| Some((c.word(word)?, *freq, *interval)));
    if let Some((after, freq, interval)) = adverb {
        let (after, by) = english_by(after, freq);
        return Some((after, Repeat::every(freq, interval, by)));
    }
    let Some(at) = c.any_word(&["every", "each"]) else {
        return of_every_month(c);
    };
    let at = at.space();
    if let Some((after, by)) = english_nth(at) {
        let after = of_the_month(after).unwrap_or(after);
        return Some((after, Repeat::every(Freq::Monthly, 1, by)));
    }
    let (at, interval) = english_interval(at);
    if let Some((after, freq)) = english_unit(at) {
        let (after, by) = english_by(after, freq);
        return Some((after, Repeat::every(freq, interval, by)));
    }
    if let Some((after, days)) = english_weekdays(at) {
        return Some((
            after,
            Repeat::every(Freq::Weekly, interval, By::Weekdays(days)),
        ));
    }
    if let Some((after, by)) = year_days(at).filter(|_| english_month(at).is_some()) {
        return Some((after, Repeat::every(Freq::Yearly, interval, by)));
    }
    let (after, by) = english_month_days(at)?;
    let after = of_the_month(after).unwrap_or(after);
    Some((after, Repeat::every(Freq::Monthly, interval, by)))
}

/// `2`, `other`: every how many.
fn english_interval(c: Cursor<'_>) -> (Cursor<'_>, u32) {
    if let Some(after) = c.word("other") {
        return (after.space(), 2);
    }
    match c.digits(2) {
        Some((after, count, _)) if count > 0 && after.peek() == Some(' ') => (after.space(), count),
        _ => (c, 1),
    }
}

fn english_unit(c: Cursor<'_>) -> Option<(Cursor<'_>, Freq)> {
    c.one_of(&[
        ("days", Freq::Daily),
        ("day", Freq::Daily),
        ("weeks", Freq::Weekly),
        ("week", Freq::Weekly),
        ("months", Freq::Monthly),
        ("month", Freq::Monthly),
        ("years", Freq::Yearly),
        ("year", Freq::Yearly),
    ])
}

/// `on Tue and Thu`, `on the 15th`, `on the 2nd Sunday`, `on May 5`; nothing where none follow.
fn english_by(lead: Cursor<'_>, freq: Freq) -> (Cursor<'_>, By) {
    let at = lead.space();
    let at = at.word("on").map_or(at, Cursor::space);
    let the = at.word("the").map_or(at, Cursor::space);
    let found = match freq {
        Freq::Weekly => english_weekdays(at).map(|(after, days)| (after, By::Weekdays(days))),
        Freq::Monthly => english_nth(the).or_else(|| english_month_days(the)),
        Freq::Yearly => year_days(at).or_else(|| english_nth_of(the)),
        _ => None,
    };
    let ends = |(after, _): &(Cursor<'_>, By)| after.is_edge();
    found.filter(ends).unwrap_or((lead, By::Nothing))
}

fn english_weekdays(c: Cursor<'_>) -> Option<(Cursor<'_>, Vec<Weekday>)> {
    if let Some(after) = c.any_word(&["weekdays", "weekday"]) {
        return Some((after, WORKDAYS.to_vec()));
    }
    if let Some(after) = c.any_word(&["weekends", "weekend"]) {
        return Some((after, WEEKEND.to_vec()));
    }
    let (mut after, first) = english_weekday(c)?;
    let mut days = vec![first];
    loop {
        let joined = after.space();
        if let Some(at) = joined.eat_any(&['-', '~']).or_else(|| joined.word("to"))
            && let Some((end, last)) = english_weekday(at.space())
        {
            extend(&mut days, last);
            after = end;
            continue;
        }
        let at = joined
            .eat_any(&[',', '&', '/', '·'])
            .or_else(|| joined.word("and"))
            .map(Cursor::space);
        let Some(at) = at else { break };
        let at = at.word("and").map_or(at, Cursor::space);
        let Some((end, day)) = english_weekday(at) else {
            break;
        };
        add(&mut days, day);
        after = end;
    }
    Some((after, days))
}

/// `2nd and 4th Sunday`, `last Friday`.
fn english_nth(c: Cursor<'_>) -> Option<(Cursor<'_>, By)> {
    let (after, which) = nth(c)?;
    let (after, days) = english_weekdays(after.space())?;
    Some((after, By::Nth(which, days)))
}

/// `15th`, `last day`: of the month.
fn english_month_day(c: Cursor<'_>) -> Option<(Cursor<'_>, i8)> {
    if let Some(after) = c.word("last day") {
        return Some((after, -1));
    }
    let (after, day, _) = c.digits(2)?;
    Some((ordinal_ending(after)?, day_number(day)?))
}

/// `1st and 15th`.
fn english_month_days(c: Cursor<'_>) -> Option<(Cursor<'_>, By)> {
    let (mut after, first) = english_month_day(c)?;
    let mut days = vec![first];
    loop {
        let joined = after.space();
        let Some(next) = joined.eat(',').or_else(|| joined.word("and")) else {
            break;
        };
        let next = next.space();
        let next = next.word("the").map_or(next, Cursor::space);
        let Some((end, day)) = english_month_day(next) else {
            break;
        };
        days.push(day);
        after = end;
    }
    Some((after, By::MonthDays(days)))
}

/// `2nd Sunday of May`.
fn english_nth_of(c: Cursor<'_>) -> Option<(Cursor<'_>, By)> {
    let (after, by) = english_nth(c)?;
    let (after, month) = english_month(after.space().any_word(&["of", "in"])?.space())?;
    match by {
        By::Nth(which, days) => Some((after, By::YearNth(month, which, days))),
        _ => None,
    }
}

fn of_the_month(c: Cursor<'_>) -> Option<Cursor<'_>> {
    let at = c.space().any_word(&["of", "in"])?.space();
    at.any_word(&["the month", "every month", "each month", "a month"])
}

/// `last Friday of every month`, `2nd Sunday of each month`, `last day of every month`.
fn of_every_month(c: Cursor<'_>) -> Option<(Cursor<'_>, Repeat)> {
    let c = c.word("the").map_or(c, Cursor::space);
    let (after, by) = english_nth(c).or_else(|| english_month_days(c))?;
    let at = after.space().any_word(&["of", "in"])?.space();
    let after = at.any_word(&["every month", "each month"])?;
    Some((after, Repeat::every(Freq::Monthly, 1, by)))
}
