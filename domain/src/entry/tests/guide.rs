//! The editors' guide says what the program does.

use super::*;

#[test]
fn every_example_of_the_guide_is_true() {
    let guide = include_str!("../../../../docs/fast-entry.md");
    let mut inside = false;
    let mut examples = 0;
    for line in guide.lines() {
        if line.starts_with("```") {
            inside = line == "```entry";
        } else if inside {
            let (typed, want) = line.split_once(" → ").expect(line);
            assert_eq!(said(typed), want, "{typed}");
            examples += 1;
        }
    }
    assert!(examples > 40, "{examples}");
}
