//! Working on a case.

use client::v1::{Motion, WaitingKind, proposals::Verdict};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{
    driver::Driver,
    world::{FENCE, PROPOSAL, STAGE, THREAD, TODO, World},
};
use crate::{
    app::{Event, dialog::Dialog},
    request::Request,
};

fn in_case(world: World) -> Driver {
    Driver::in_case_of(Driver::of(world))
}

fn is_form(driver: &Driver) -> bool {
    matches!(driver.app.dialogs.last(), Some(Dialog::Form(_)))
}

#[test]
fn a_comment_is_posted_and_seen() {
    let mut driver = Driver::in_case();
    driver.keys("aHello");
    driver.key(KeyCode::Enter).keys("there");
    driver.ctrl('s');
    assert!(driver.shows("sending"));
    driver.settle();
    assert_eq!(driver.world.sent, [Request::Comment { thread: THREAD, text: "Hello\nthere".into() }]);
    assert!(driver.app.dialogs.is_empty());
    assert_eq!(driver.notice(), "Posted");
    assert!(driver.shows("Ada Lovelace: Hello"), "{}", driver.screen());
    driver.keys("a");
    assert!(!driver.shows("there"), "the next one begins empty");
}

#[test]
fn alt_enter_sends_too() {
    let mut driver = Driver::in_case();
    driver.keys("aHi").event(Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT)));
    assert!(matches!(driver.pending[..], [(.., Request::Comment { .. })]), "{:?}", driver.pending);
}

#[test]
fn letters_are_letters_while_writing() {
    let mut driver = Driver::in_case();
    driver.keys("a").keys("?qfrdmc");
    driver.event(Event::Paste("pasted\x1b[31m\r\nline".into()));
    driver.ctrl('s').settle();
    let text = "?qfrdmcpasted[31m\nline".to_owned();
    assert_eq!(driver.world.sent, [Request::Comment { thread: THREAD, text }]);
}

#[test]
fn a_comment_that_is_refused_stays_as_it_was_written() {
    let mut driver = Driver::in_case();
    driver.world.refusal = Some("the thread is locked");
    driver.keys("aSome words").ctrl('s').settle();
    assert!(is_form(&driver) && driver.shows("Some words") && driver.shows("the thread is locked"));
    driver.keys("!").ctrl('s').settle();
    assert_eq!(driver.world.sent.last(), Some(&Request::Comment { thread: THREAD, text: "Some words!".into() }));
    assert!(driver.app.dialogs.is_empty() && !driver.shows("locked"));
}

#[test]
fn a_text_that_is_left_is_kept_for_its_case() {
    let mut driver = Driver::in_case();
    driver.keys("aHalf a tho").key(KeyCode::Esc);
    assert!(driver.app.dialogs.is_empty() && driver.shows("A comment is not sent yet"));
    driver.key(KeyCode::Esc);
    driver.keys("j").settle();
    driver.key(KeyCode::Enter).settle();
    driver.keys("a");
    assert!(!driver.shows("Half a tho"), "it belongs to the other case");
    driver.key(KeyCode::Esc).key(KeyCode::Esc);
    driver.keys("k").settle();
    driver.key(KeyCode::Enter).settle();
    driver.keys("aught").ctrl('s').settle();
    assert_eq!(driver.world.sent, [Request::Comment { thread: THREAD, text: "Half a thought".into() }]);
    assert!(driver.app.unsent().is_empty());
}

#[test]
fn what_was_not_sent_is_there_at_the_end() {
    let mut driver = Driver::in_case();
    driver.keys("aOne").key(KeyCode::Esc);
    driver.keys("p").key(KeyCode::Enter).keys("Two");
    let texts: Vec<_> = driver.app.unsent().into_iter().map(|draft| (draft.name, draft.text)).collect();
    assert_eq!(texts, [("comment", "One".to_owned()), ("summary", "Two".to_owned())]);
    driver.ctrl('s');
    assert_eq!(driver.app.unsent().len(), 2, "it has not arrived yet");
    driver.settle();
    assert_eq!(driver.app.unsent().len(), 1);
}

#[test]
fn a_form_that_was_left_while_it_is_sent_is_done_with_when_it_arrives() {
    let mut driver = Driver::in_case();
    driver.keys("aOne").ctrl('s').key(KeyCode::Esc);
    driver.keys("aTwo").ctrl('s');
    assert_eq!(driver.notice(), "The last thing is still being sent");
    driver.key(KeyCode::Esc).settle();
    assert_eq!(driver.world.sent.len(), 1);
    assert_eq!(driver.notice(), "Posted");
}

#[test]
fn a_comment_can_be_written_before_the_case_has_come() {
    let mut driver = Driver::new();
    driver.keys("l").settle();
    driver.key(KeyCode::Enter).keys("aQuick").ctrl('s');
    assert!(is_form(&driver) && driver.shows("Quick"));
    assert_eq!(driver.notice(), "The case is still loading");
    driver.settle().ctrl('s').settle();
    assert_eq!(driver.world.sent, [Request::Comment { thread: THREAD, text: "Quick".into() }]);
}

#[test]
fn an_empty_comment_is_not_sent() {
    let mut driver = Driver::in_case();
    driver.keys("a  ").ctrl('s');
    assert!(driver.pending.is_empty() && is_form(&driver));
    driver.key(KeyCode::Esc);
    assert!(driver.app.unsent().is_empty());
}

#[test]
fn a_todo_is_ticked() {
    let mut driver = Driver::in_case();
    driver.keys("i").settle();
    let screen = driver.screen();
    for row in
        ["▾ Check the papers", "[x] Plan is complete", "[ ] Neighbour agrees", " -  Survey is done", "▸ Visit the site"]
    {
        assert!(screen.contains(row), "{row} in\n{screen}");
    }
    // What is to be done next is chosen already.
    driver.key(KeyCode::Char(' '));
    assert!(driver.shows("[.] Neighbour agrees"));
    driver.key(KeyCode::Char(' '));
    assert_eq!(driver.notice(), "It is being ticked");
    driver.settle();
    assert_eq!(driver.world.sent, [Request::Tick(TODO)]);
    assert!(driver.shows("[x] Neighbour agrees") || !driver.shows("[ ] Neighbour agrees"));
    assert!(driver.shows("▾ Visit the site"), "the next stage is the active one\n{}", driver.screen());
}

#[test]
fn what_cannot_be_ticked_says_why() {
    let mut driver = Driver::in_case();
    driver.keys("i").settle();
    for (row, why) in [(1, "It is done already"), (4, "Its subcase satisfies it"), (3, "It is done already")] {
        driver.key(KeyCode::Home);
        (0..row).for_each(|_| {
            driver.keys("j");
        });
        driver.key(KeyCode::Enter);
        assert_eq!(driver.notice(), why);
    }
    driver.world.refusal = Some("only people may tick that");
    driver.key(KeyCode::Home).keys("jj").key(KeyCode::Enter).settle();
    assert!(driver.shows("only people may tick that") && driver.shows("[ ] Neighbour agrees"));
}

#[test]
fn stages_are_folded_and_unfolded() {
    let mut driver = Driver::in_case();
    driver.keys("i").settle();
    driver.key(KeyCode::Home).key(KeyCode::Enter);
    assert!(driver.shows("▸ Check the papers") && !driver.shows("Plan is complete"));
    driver.keys("j").key(KeyCode::Enter).settle();
    assert!(driver.shows("▾ Visit the site") && driver.shows("no instructions"));
    let of_stage = |request: &Request| matches!(request, Request::Instructions { stage, .. } if *stage != STAGE);
    assert_eq!(driver.asked().iter().filter(|request| of_stage(request)).count(), 1);
}

#[test]
fn the_motion_is_set() {
    let mut driver = Driver::in_case();
    driver.keys("w");
    assert!(driver.shows("✓ working"));
    driver.keys("jj").key(KeyCode::Enter).settle();
    let blocked = Request::SetMotion { case: FENCE, motion: Motion::Blocked, waiting: None };
    assert_eq!(driver.world.sent, [blocked]);
    assert!(driver.shows("active, blocked"), "{}", driver.screen());
}

#[test]
fn waiting_says_for_what() {
    let mut driver = Driver::in_case();
    driver.keys("wj").key(KeyCode::Enter);
    assert!(driver.shows("Waiting for: external"));
    driver.key(KeyCode::Tab).key(KeyCode::Tab);
    driver.keys("consent").ctrl('s').settle();
    let waiting = Some((WaitingKind::Subcase, Some("consent".to_owned())));
    assert_eq!(driver.world.sent, [Request::SetMotion { case: FENCE, motion: Motion::Waiting, waiting }]);
    assert!(driver.shows("active, waiting") && driver.shows("waiting for: external: papers of the neighbour"));
}

#[test]
fn only_the_steps_that_are_legal_now_are_offered() {
    let offers = |phase| {
        let mut driver = in_case(World { phase, ..World::default() });
        driver.keys("p");
        let all = ["Commence", "Resolve, with a summary", "Reopen, with a reason", "Close"];
        all.into_iter().filter(|step| driver.shows(&format!(" {step} "))).collect::<Vec<_>>()
    };
    assert_eq!(offers("intake"), ["Commence"]);
    assert_eq!(offers("active"), ["Resolve, with a summary"]);
    assert_eq!(offers("resolved"), ["Reopen, with a reason", "Close"]);
    assert_eq!(offers("closed"), Vec::<&str>::new());
}

#[test]
fn a_case_goes_through_its_phases() {
    let mut driver = in_case(World { phase: "intake", ..World::default() });
    driver.keys("p").key(KeyCode::Enter).settle();
    driver.keys("p").key(KeyCode::Enter).keys("All done").ctrl('s').settle();
    // A reason is needed.
    driver.keys("p").key(KeyCode::Enter).ctrl('s');
    assert_eq!(driver.notice(), "There is nothing to send yet");
    driver.keys("Forgot one").ctrl('s').settle();
    driver.keys("p").key(KeyCode::Enter).ctrl('s').settle();
    // Closing is asked for twice, and the first answer is no.
    driver.keys("pj").key(KeyCode::Enter).key(KeyCode::Enter);
    assert!(driver.app.dialogs.is_empty() && driver.pending.is_empty());
    driver.keys("pj").key(KeyCode::Enter).keys("j").key(KeyCode::Enter).settle();
    let case = FENCE;
    assert_eq!(
        driver.world.sent,
        [
            Request::Commence(case),
            Request::Resolve { case, summary: Some("All done".into()) },
            Request::Reopen { case, reason: "Forgot one".into() },
            Request::Resolve { case, summary: None },
            Request::Close(case),
        ]
    );
    assert!(driver.shows("closed, working"));
    driver.keys("p");
    assert_eq!(driver.notice(), "A closed case stays closed");
    driver.keys("w");
    assert_eq!(driver.notice(), "A closed case does not move");
}

#[test]
fn a_proposal_is_decided() {
    let mut driver = in_case(World { proposals: 2, ..World::default() });
    assert!(driver.shows("2 proposals wait for a decision: y"));
    driver.keys("y");
    assert!(driver.shows("Rules agent wants: send_email") && driver.shows("\"to\": \"neighbour@example.org\""));
    driver.settle();
    assert!(driver.shows("70d0\" (Neighbour agrees)"), "{}", driver.screen());
    driver.keys("ja");
    assert!(driver.shows("Approve send_email: note (optional)"));
    driver.ctrl('s').settle();
    driver.keys("xNot yet").ctrl('s').settle();
    let second = client::Uuid::from_u128(PROPOSAL.as_u128() + 1);
    assert_eq!(
        driver.world.sent,
        [
            Request::Decide { proposal: second, verdict: Verdict::Approve, note: None },
            Request::Decide { proposal: PROPOSAL, verdict: Verdict::Reject, note: Some("Not yet".into()) },
        ]
    );
    assert!(driver.shows("no proposal is open"));
    driver.key(KeyCode::Esc).keys("y");
    assert_eq!(driver.notice(), "No proposal is open");
}

#[test]
fn a_server_without_v1_still_shows_cases_and_takes_comments() {
    let mut driver = in_case(World { v1: false, ..World::default() });
    assert!(driver.shows("Ask the neighbour") && driver.notice().is_empty(), "{}", driver.notice());
    for key in ["i", "w", "p", "y"] {
        driver.keys(key);
        assert_eq!(driver.notice(), "This server does not offer that", "{key}");
        assert!(driver.app.dialogs.is_empty());
    }
    driver.keys("aHi").ctrl('s').settle();
    assert_eq!(driver.world.sent.len(), 1);
    driver.asked();
    driver.keys("r");
    assert!(!driver.asked().contains(&Request::Work(FENCE)));
    assert!(driver.effects().is_empty(), "there is nothing to follow");
}

#[test]
fn without_an_open_case_there_is_nothing_to_work_on() {
    let mut driver = Driver::new();
    for key in ["a", "i", "w", "p", "y"] {
        driver.keys(key);
        assert_eq!(driver.notice(), "Open a case first, with Enter", "{key}");
    }
}
