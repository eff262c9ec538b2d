//! What is likely wrong with where.

use super::{Finding, LintContext, Mistake, title};
use crate::event::EventBody;
use crate::time::EventTime;
use crate::zone::Zone;

/// How many siblings make a habit.
const FEW: usize = 3;
/// From which share of siblings with a place on it is missed, in percent.
const MOST: usize = 60;

/// Cities by their names in lower case, each a word of its own, under the zone of their clocks.
const CITIES: &[(&str, &str)] = &[
    (
        "Asia/Tokyo",
        "도쿄 동경 오사카 후쿠오카 나고야 삿포로 요코하마 도쿄돔 교세라돔",
    ),
    (
        "Asia/Tokyo",
        "tokyo osaka fukuoka nagoya sapporo yokohama 東京 大阪",
    ),
    (
        "Asia/Seoul",
        "서울 부산 인천 대구 대전 잠실 고척 seoul busan incheon",
    ),
    (
        "Asia/Shanghai",
        "베이징 북경 상하이 상해 beijing shanghai 北京 上海",
    ),
    ("Asia/Hong_Kong", "홍콩 hongkong 香港"),
    ("Asia/Taipei", "타이베이 대만 taipei 台北"),
    ("Asia/Singapore", "싱가포르 singapore"),
    ("Asia/Bangkok", "방콕 bangkok"),
    ("Asia/Jakarta", "자카르타 jakarta"),
    ("Asia/Manila", "마닐라 manila"),
    ("Asia/Ho_Chi_Minh", "하노이 호치민 hanoi"),
    ("Asia/Dubai", "두바이 dubai"),
    ("Europe/London", "런던 웸블리 london wembley"),
    ("Europe/Paris", "파리 paris"),
    ("Europe/Berlin", "베를린 뮌헨 berlin munich"),
    ("Europe/Madrid", "마드리드 바르셀로나 madrid barcelona"),
    ("Europe/Rome", "로마 밀라노 rome milan"),
    ("America/New_York", "뉴욕 보스턴 워싱턴 newyork boston"),
    ("America/Chicago", "시카고 댈러스 chicago dallas"),
    (
        "America/Los_Angeles",
        "로스앤젤레스 샌프란시스코 시애틀 라스베이거스 la losangeles sanfrancisco seattle",
    ),
    ("America/Sao_Paulo", "상파울루"),
    ("Australia/Sydney", "시드니 sydney"),
];

pub(super) fn places(draft: &EventBody, context: &LintContext<'_>, findings: &mut Vec<Finding>) {
    let siblings = context.siblings;
    let placed = siblings.iter().filter(|sibling| sibling.has_place).count();
    let habit = siblings.len() >= FEW && placed * 100 >= siblings.len() * MOST;
    if draft.main.place.is_empty() && habit {
        findings.push(Finding::new(Mistake::NoPlace));
    }
    let EventTime::Zoned(zoned) = &draft.main.time else {
        return;
    };
    let at = zoned.start.instant(&zoned.zone);
    let offset = |zone: &Zone| zone.rules().to_offset(at);
    let names = draft
        .main
        .place
        .name
        .iter()
        .map(|(_, name)| (name, Named::Place));
    let texts = names.chain([(title(draft, context), Named::Title)]);
    // The place counts before the title: a match of Seoul against Tokyo is held in one of them.
    let first = texts
        .into_iter()
        .find_map(|(text, named)| city(text, named));
    if let Some((city, there)) = first
        && offset(&there) != offset(&zoned.zone)
    {
        findings.push(Finding::new(Mistake::PlaceElsewhere {
            city,
            zone: there.name().to_owned(),
        }));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Place,
    /// Where `la` is an article as often as a city.
    Title,
}

/// The first city that a text names, and its zone.
fn city(text: &str, named: Named) -> Option<(String, Zone)> {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let pairs = words.windows(2).map(|pair| (pair.concat(), pair.join(" ")));
    let single = words
        .iter()
        .map(|word| ((*word).to_owned(), (*word).to_owned()));
    for (word, shown) in single.chain(pairs) {
        let folded = word.to_lowercase();
        let hit = CITIES
            .iter()
            .find(|(_, names)| names.split(' ').any(|name| name == folded));
        let sure = named == Named::Place || folded.len() > 2;
        if let Some((zone, _)) = hit.filter(|_| sure) {
            return Zone::parse(zone).map(|zone| (shown, zone));
        }
    }
    None
}
