//! A server that was made up.

use client::Uuid;
use serde_json::{Value, json};

use crate::request::{Failure, Place, Reply, Request};

pub const SPACE: Uuid = Uuid::from_u128(0x5001);
pub const OTHER_SPACE: Uuid = Uuid::from_u128(0x5002);
pub const FENCE: Uuid = Uuid::from_u128(0xca5e_0000);
pub const SURVEY: Uuid = Uuid::from_u128(0xca5e_0100);
pub const THREAD: Uuid = Uuid::from_u128(0x7000);
pub const ADA: Uuid = Uuid::from_u128(0xada);
pub const GRACE: Uuid = Uuid::from_u128(0x94ace);
pub const AGENT: Uuid = Uuid::from_u128(0xa9e7);
pub const NOTE: Uuid = Uuid::from_u128(0x207e);
pub const FILE: Uuid = Uuid::from_u128(0xf11e);
pub const PICTURE: Uuid = Uuid::from_u128(0xf1c7);
pub const PROPOSAL: Uuid = Uuid::from_u128(0x9209);
pub const STAGE: Uuid = Uuid::from_u128(0x57a6e);
pub const TODO: Uuid = Uuid::from_u128(0x70d0);

/// What the server has, and what was sent to it.
pub struct World {
    /// How many cases the first space has.
    pub cases: usize,
    /// In front of all texts.
    pub poison: String,
    pub phase: &'static str,
    pub motion: &'static str,
    pub proposals: usize,
    pub messages: usize,
    /// What was posted.
    pub said: Vec<String>,
    pub ticked: bool,
    /// Whether `/v1` is there.
    pub v1: bool,
    /// What the next request that changes something is refused with.
    pub refusal: Option<&'static str>,
    pub sent: Vec<Request>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            cases: 40,
            poison: String::new(),
            phase: "active",
            motion: "working",
            proposals: 1,
            messages: 3,
            said: Vec::new(),
            ticked: false,
            v1: true,
            refusal: None,
            sent: Vec::new(),
        }
    }
}

/// A list as the public API answers it.
fn slice(items: Vec<Value>, cursor: Option<&String>, size: usize) -> Value {
    let from: usize = cursor.map_or(0, |cursor| cursor.parse().expect("a cursor of ours"));
    let page: Vec<Value> = items.iter().skip(from).take(size).cloned().collect();
    let next = (from + size < items.len()).then(|| (from + size).to_string());
    json!({"data": page, "has_more": next.is_some(), "next_cursor": next})
}

/// A list as `/v1` answers it.
fn numbered(items: Vec<Value>) -> Value {
    let meta = json!({"request_id": Uuid::nil(), "total": items.len(), "page": 1, "per_page": 200});
    json!({"data": items, "meta": meta})
}

fn one(data: Value) -> Value {
    json!({"data": data, "meta": {"request_id": Uuid::nil(), "timestamp": AT}})
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("the shape of the API")
}

const AT: &str = "2026-03-01T09:30:00.000Z";
const STATUSES: [&str; 5] = ["open", "started", "blocked", "completed", "cancelled"];

pub fn refused(status: u16, code: &str, message: &str) -> Failure {
    Failure { status: Some(status), code: Some(code.into()), message: message.into() }
}

pub fn case_id(n: usize) -> Uuid {
    Uuid::from_u128(FENCE.as_u128() + n as u128)
}

fn link(id: Uuid, kind: &str) -> Value {
    json!({"id": id, "type": kind, "url": "/x"})
}

impl World {
    fn text(&self, text: &str) -> String {
        format!("{}{text}", self.poison)
    }

    fn case_item(&self, id: Uuid, title: &str, status: &str, assignee: Option<Uuid>) -> Value {
        json!({
            "id": id, "type": "CASE", "created_at": AT, "updated_at": AT, "title": self.text(title), "status": status,
            "tags": [self.text("outdoors")], "assignee": assignee.map(|id| link(id, "USER")),
        })
    }

    fn items(&self, place: Place) -> Vec<Value> {
        match place {
            Place::Space(SPACE) => (0..self.cases)
                .map(|n| {
                    let title = if n == 0 { "Fence at no. 7".to_owned() } else { format!("Case {n}") };
                    let assignee = [None, Some(ADA), Some(AGENT)][n % 3];
                    self.case_item(case_id(n), &title, STATUSES[(n + 1) % 5], assignee)
                })
                .collect(),
            Place::Space(_) => Vec::new(),
            Place::Case(FENCE) => vec![
                self.case_item(SURVEY, "Survey of the border", "open", Some(GRACE)),
                self.case_item(Uuid::from_u128(SURVEY.as_u128() + 1), "Ask the neighbour", "completed", None),
            ],
            Place::Case(_) => Vec::new(),
        }
    }

    fn work(&self, id: Uuid) -> Reply {
        let waiting = (self.motion == "waiting")
            .then(|| json!({"kind": "external", "id": null, "reason": self.text("papers of the neighbour")}));
        Reply::Work(Box::new(
            read::<client::v1::One<_>>(one(json!({
                "id": id, "space_id": SPACE, "thread_id": THREAD, "title": self.text("Fence at no. 7"),
                "phase": self.phase, "motion": self.motion, "waiting_on": waiting, "priority": "high",
                "created_by": ADA, "created_at": AT, "updated_at": AT,
            })))
            .data,
        ))
    }

    fn event(&self, id: u128, author: Uuid, text: &str) -> Value {
        json!({
            "id": Uuid::from_u128(id), "created_at": AT, "updated_at": AT, "author": link(author, "USER"),
            "payloads": [{"payload_type": "message", "text": self.text(text)}],
        })
    }

    fn instruction(&self, id: Uuid, kind: &str, text: &str, satisfied: bool) -> Value {
        json!({
            "id": id, "stage_id": STAGE, "case_id": FENCE, "position": 0, "type": kind, "text": self.text(text),
            "satisfied": satisfied, "satisfied_by": satisfied.then_some(ADA), "created_at": AT, "updated_at": AT,
        })
    }

    fn stage(&self, id: u128, name: &str, phase: &str) -> Value {
        json!({
            "id": Uuid::from_u128(id), "case_id": FENCE, "position": 0, "name": self.text(name), "phase": phase,
            "motion": "working", "required_actor_type": "either", "assigned_actor_id": ADA, "created_at": AT,
            "updated_at": AT,
        })
    }

    /// Answers a request.
    pub fn answer(&mut self, request: &Request) -> Result<Reply, Failure> {
        let is_v1 = matches!(
            request,
            Request::Work(_) | Request::Stages { .. } | Request::Instructions { .. } | Request::Proposals { .. }
        );
        if is_v1 && !self.v1 {
            return Err(Failure { status: Some(404), code: None, message: "the server answered 404 Not Found".into() });
        }
        let changes = matches!(
            request,
            Request::Comment { .. }
                | Request::Tick(_)
                | Request::SetMotion { .. }
                | Request::Commence(_)
                | Request::Resolve { .. }
                | Request::Reopen { .. }
                | Request::Close(_)
                | Request::Decide { .. }
        );
        if changes {
            self.sent.push(request.clone());
            if let Some(message) = self.refusal.take() {
                return Err(refused(409, "refused", message));
            }
        }
        Ok(match request {
            Request::Spaces(cursor) => {
                let space = |id: Uuid, name: &str| {
                    json!({
                        "id": id, "type": "SPACE", "created_at": AT, "updated_at": AT, "name": self.text(name),
                        "is_system": id == OTHER_SPACE, "is_public": false,
                    })
                };
                let spaces = vec![space(SPACE, "Permits"), space(OTHER_SPACE, "General")];
                Reply::Spaces(read(slice(spaces, cursor.as_ref(), 30)))
            }
            Request::Space(id) => Reply::Space(read(json!({
                "id": id, "created_at": AT, "updated_at": AT, "is_system": false, "is_public": true,
                "name": self.text(if *id == SPACE { "Permits" } else { "General" }),
                "description": self.text("Everything that needs a *permit*."),
            }))),
            Request::Users(cursor) => {
                let user = |id: Uuid, name: &str| {
                    json!({
                        "id": id, "created_at": AT, "updated_at": AT, "name": self.text(name), "is_pending": false,
                        "is_deactivated": false,
                    })
                };
                let users = vec![user(ADA, "Ada Lovelace"), user(GRACE, "Grace Hopper")];
                // A name a page.
                Reply::Users(read(slice(users, cursor.as_ref(), 1)))
            }
            Request::Agents(cursor) => {
                let agent = json!({
                    "id": AGENT, "created_at": AT, "updated_at": AT, "name": self.text("Rules agent"), "model": "rules",
                });
                Reply::Agents(read(slice(vec![agent], cursor.as_ref(), 100)))
            }
            Request::Cases { place, status, cursor } => {
                let mut items = self.items(*place);
                items.retain(|item| status.as_ref().is_none_or(|status| item["status"] == status.as_str()));
                Reply::Cases(read(slice(items, cursor.as_ref(), 30)))
            }
            Request::Case(id) => {
                let places = [Place::Space(SPACE), Place::Case(FENCE)];
                let item = places.iter().flat_map(|place| self.items(*place)).find(|item| item["id"] == json!(id));
                let mut case = item.ok_or_else(|| refused(404, "case_not_found", "There is no such case."))?;
                case["description"] = json!(self.text(
                    "A fence of *one metre* along the street, asked for by <@U00000000-0000-0000-0000-000000000ada>.\n\n\
                     - plan\n- consent of the neighbour\n"
                ));
                case["summary"] = json!(null);
                case["due_at"] = json!("2026-04-01T00:00:00Z");
                case["external_id"] = json!(self.text("P-7"));
                case["thread"] = link(THREAD, "THREAD");
                Reply::Case(read(case))
            }
            Request::Notes { case, cursor } => {
                let note = |id: u128, title: &str| {
                    json!({"id": Uuid::from_u128(id), "created_at": AT, "updated_at": AT, "title": self.text(title),
                           "tags": [self.text("site")]})
                };
                let notes = vec![note(NOTE.as_u128(), "Visit on site"), note(NOTE.as_u128() + 1, "Call")];
                let notes = if *case == FENCE { notes } else { Vec::new() };
                Reply::Notes(read(slice(notes, cursor.as_ref(), 30)))
            }
            Request::Files { case, cursor } => {
                let file = |id: Uuid, name: &str, kind: &str| {
                    json!({"id": id, "created_at": AT, "updated_at": AT, "name": self.text(name), "size": 2048,
                           "mime_type": kind, "download_url": "https://files.example/secret", "tags": []})
                };
                let files = vec![file(FILE, "plan.txt", "text/plain"), file(PICTURE, "street.png", "image/png")];
                let files = if *case == FENCE { files } else { Vec::new() };
                Reply::Files(read(slice(files, cursor.as_ref(), 30)))
            }
            Request::Events { cursor, .. } => {
                let said = self.said.iter().enumerate().rev();
                let said = said.map(|(n, text)| self.event(0xee_0000 + n as u128, ADA, text));
                let mut events: Vec<Value> = (0..self.messages)
                    .rev()
                    .map(|n| match n {
                        0 => self.event(0xe0, ADA, "The plan is here."),
                        1 => self.event(
                            0xe1,
                            GRACE,
                            "<@U00000000-0000-0000-0000-000000000ada> the neighbour **agrees**.",
                        ),
                        n => self.event(0xe0 + n as u128, AGENT, &format!("Message {n}")),
                    })
                    .collect();
                events.splice(0..0, said);
                // What says nothing is not shown.
                events.push(json!({
                    "id": Uuid::from_u128(0xeff), "created_at": AT, "updated_at": AT, "author": link(ADA, "USER"),
                    "payloads": [{"payload_type": "file", "file": link(FILE, "FILE")}],
                }));
                Reply::Events(read(slice(events, cursor.as_ref(), 30)))
            }
            Request::Note(id) => Reply::Note(read(json!({
                "id": id, "created_at": AT, "updated_at": AT, "title": self.text("Visit on site"),
                "body": self.text("# Measured\n\nThe fence is 0.9 m high."),
            }))),
            Request::Address(_) => Reply::Address("https://files.example/secret".into()),
            Request::Text(_) => Reply::Text(self.text("line one\nline two\n")),
            Request::Picture { .. } => {
                Reply::Picture(crate::request::Picture { png: vec![1, 2, 3], width: 100, height: 50 })
            }
            Request::Work(id) => self.work(*id),
            Request::Stages { .. } => {
                let (first, second) = if self.ticked { ("completed", "active") } else { ("active", "pending") };
                Reply::Stages(read(numbered(vec![
                    self.stage(STAGE.as_u128(), "Check the papers", first),
                    self.stage(STAGE.as_u128() + 1, "Visit the site", second),
                ])))
            }
            Request::Instructions { stage: STAGE, .. } => Reply::Instructions(read(numbered(vec![
                self.instruction(Uuid::from_u128(1), "todo", "Plan is complete", true),
                self.instruction(TODO, "todo", "Neighbour agrees", self.ticked),
                self.instruction(Uuid::from_u128(3), "implicit", "A plan is there", true),
                self.instruction(Uuid::from_u128(4), "subcase", "Survey is done", false),
            ]))),
            Request::Instructions { .. } => Reply::Instructions(read(numbered(Vec::new()))),
            Request::Proposals { .. } => {
                let proposals = (0..self.proposals).map(|n| {
                    json!({
                        "id": Uuid::from_u128(PROPOSAL.as_u128() + n as u128), "space_id": SPACE, "case_id": FENCE,
                        "run_id": Uuid::nil(), "actor_id": AGENT, "action": self.text("send_email"),
                        "input": {"to": self.text("neighbour@example.org"), "about": TODO},
                        "state": "pending", "created_at": AT,
                    })
                });
                Reply::Proposals(read(numbered(proposals.collect())))
            }
            Request::Comment { text, .. } => {
                self.said.push(text.clone());
                Reply::Comment(read(self.event(0xee_0000 + self.said.len() as u128 - 1, ADA, text)))
            }
            Request::Tick(id) => {
                self.ticked = true;
                Reply::Tick(read(self.instruction(*id, "todo", "Neighbour agrees", true)))
            }
            Request::SetMotion { case, motion, .. } => {
                self.motion = match motion.as_str() {
                    "waiting" => "waiting",
                    "blocked" => "blocked",
                    "paused" => "paused",
                    _ => "working",
                };
                self.work(*case)
            }
            Request::Commence(case) => self.step(*case, "active"),
            Request::Resolve { case, .. } => self.step(*case, "resolved"),
            Request::Reopen { case, .. } => self.step(*case, "active"),
            Request::Close(case) => self.step(*case, "closed"),
            Request::Decide { proposal, .. } => {
                self.proposals -= 1;
                Reply::Decide(*proposal)
            }
        })
    }

    fn step(&mut self, case: Uuid, phase: &'static str) -> Reply {
        self.phase = phase;
        self.work(case)
    }
}
