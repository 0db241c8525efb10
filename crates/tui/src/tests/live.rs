//! What happens on the server.

use client::{Uuid, v1::events::Event as Happened};
use crossterm::event::KeyCode;
use serde_json::json;

use super::{
    driver::Driver,
    world::{FENCE, SURVEY, THREAD},
};
use crate::{
    app::Event,
    request::{Effect, Place, Request},
};

fn happened(verb: &str, case: Option<Uuid>, thread: Option<Uuid>) -> Event {
    let event = json!({
        "seq": 7, "at": "2026-03-01T09:30:00Z", "actor_id": Uuid::nil(), "verb": verb, "subject_id": Uuid::from_u128(9),
        "case_id": case, "thread_id": thread,
    });
    Event::Happened(Box::new(serde_json::from_value::<Happened>(event).unwrap()))
}

#[test]
fn following_begins_with_the_first_case_and_once() {
    let mut driver = Driver::new();
    assert!(!driver.effects().contains(&Effect::Follow));
    driver.keys("l").settle();
    driver.key(KeyCode::Enter).settle();
    assert_eq!(driver.effects(), [Effect::Follow]);
    driver.event(Event::Following(true)).settle();
    assert!(driver.shows("live"));
    driver.key(KeyCode::Enter).settle();
    driver.keys("r").settle();
    assert!(driver.effects().is_empty());
    driver.event(Event::Following(false));
    assert!(!driver.shows("live"));
    driver.keys("r");
    assert_eq!(driver.effects(), [Effect::Follow], "whoever reloads wants to follow again");
}

#[test]
fn what_others_say_appears() {
    let mut driver = Driver::in_case();
    assert!(!driver.shows("Message 3"));
    driver.world.messages = 4;
    driver.event(happened("activity.posted", None, Some(THREAD))).settle();
    assert!(driver.shows("Rules agent: Message 3"), "{}", driver.screen());
}

#[test]
fn an_event_fetches_what_it_has_changed_and_nothing_else() {
    let mut driver = Driver::in_case();
    driver.asked();
    driver.app.take_changed();
    driver.event(happened("case.motion_set", Some(FENCE), None)).settle();
    assert_eq!(driver.asked(), [Request::Case(FENCE), Request::Work(FENCE)]);
    driver.event(happened("artifact.added", Some(FENCE), None)).settle();
    assert!(matches!(driver.asked()[..], [Request::Notes { .. }, Request::Files { .. }]));
    driver.event(happened("case.resolved", Some(SURVEY), None)).settle();
    assert!(matches!(driver.asked()[..], [Request::Cases { place: Place::Case(FENCE), .. }]));
    driver.event(happened("proposal.created", Some(FENCE), None)).settle();
    assert!(matches!(driver.asked()[..], [Request::Proposals { .. }, Request::Work(_)]));
    driver.event(happened("instruction.satisfied", Some(FENCE), None)).settle();
    assert!(matches!(driver.asked()[..], [Request::Case(_), Request::Work(_)]), "nobody has looked at the stages");
    driver.app.take_changed();
    for verb in ["case.created", "run.step", "activity.posted"] {
        driver.event(happened(verb, Some(Uuid::from_u128(1)), None));
    }
    assert!(driver.asked().is_empty());
    assert!(!driver.app.take_changed(), "what concerns others draws nothing");
}

#[test]
fn stages_that_are_looked_at_are_kept_up_to_date() {
    let mut driver = Driver::in_case();
    driver.keys("i").settle();
    driver.world.ticked = true;
    driver.event(happened("stage.completed", Some(FENCE), None)).settle();
    assert!(driver.shows("▾ Visit the site"), "{}", driver.screen());
}

#[test]
fn a_burst_of_events_is_two_requests() {
    let mut driver = Driver::in_case();
    driver.asked();
    for _ in 0..50 {
        driver.event(happened("activity.posted", None, Some(THREAD)));
    }
    assert_eq!(driver.asked().len(), 1);
    driver.settle();
    assert_eq!(driver.asked().len(), 1, "what came before the answer may not be in it");
}

#[test]
fn the_chosen_message_stays_chosen_when_others_come() {
    let mut driver = Driver::in_case();
    driver.key(KeyCode::Tab).key(KeyCode::Tab).keys("j");
    let chosen = driver.app.case().and_then(|case| case.chosen_message()).expect("a message").id;
    driver.world.messages = 5;
    driver.event(happened("activity.posted", None, Some(THREAD))).settle();
    assert_eq!(driver.app.case().and_then(|case| case.chosen_message()).expect("a message").id, chosen);
}
