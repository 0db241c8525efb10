//! One request, from its description to its answer.

use std::time::{Duration, Instant};

use client::{
    Call, Client, Error, Incoming, Timestamp,
    public::{
        self, Direction, Paging, Sort,
        cases::ListCases,
        files::{File, ListFiles},
        notes::ListNotes,
        threads::CreateMessage,
    },
    v1::{
        self, Pages, WaitingOn,
        cases::{ReopenCase, ResolveCase, SetMotion},
        proposals::{DecideProposal, ListProposals, ProposalState},
    },
};
use tokio::sync::mpsc::Sender;

use super::picture;
use crate::{
    app::Event,
    pager::Cursor,
    request::{Failure, LARGEST_PICTURE, LARGEST_TEXT, Logged, NAMES, PAGE, Place, ROWS, Reply, Request},
};

/// Makes calls and tells the log of them.
pub struct Caller {
    client: Client,
    inbox: Sender<Event>,
}

impl Caller {
    pub fn new(client: Client, inbox: Sender<Event>) -> Self {
        Self { client, inbox }
    }

    /// Makes the call that a request describes.
    pub async fn perform(&self, request: Request) -> Result<Reply, Failure> {
        match request {
            Request::Spaces(cursor) => self.send(&public::spaces::list(&page(PAGE, cursor))).await.map(Reply::Spaces),
            Request::Space(id) => self.send(&public::spaces::get(id)).await.map(Reply::Space),
            Request::Users(cursor) => self.send(&public::users::list(&page(NAMES, cursor))).await.map(Reply::Users),
            Request::Agents(cursor) => self.send(&public::agents::list(&page(NAMES, cursor))).await.map(Reply::Agents),
            Request::Cases { place, status, cursor } => {
                let id = Some(place.id().to_string());
                let (space_id, parent_case_id) = match place {
                    Place::Space(_) => (id, None),
                    Place::Case(_) => (None, id),
                };
                let query = ListCases {
                    paging: page(PAGE, cursor),
                    space_id,
                    parent_case_id,
                    status: status.into_iter().collect(),
                    sort: Some(Sort::Position),
                    direction: Some(Direction::Asc),
                    ..ListCases::default()
                };
                self.send(&public::cases::list(&query)).await.map(Reply::Cases)
            }
            Request::Case(id) => self.send(&public::cases::get(id)).await.map(|case| Reply::Case(Box::new(case))),
            Request::Notes { case, cursor } => {
                let (sort, direction) = latest();
                let case_id = Some(case.to_string());
                let query = ListNotes { paging: page(PAGE, cursor), case_id, sort, direction, ..ListNotes::default() };
                self.send(&public::notes::list(&query)).await.map(Reply::Notes)
            }
            Request::Files { case, cursor } => {
                let (sort, direction) = latest();
                let case_id = Some(case.to_string());
                let query = ListFiles { paging: page(PAGE, cursor), case_id, sort, direction, ..ListFiles::default() };
                self.send(&public::files::list(&query)).await.map(Reply::Files)
            }
            Request::Events { thread, cursor } => {
                let call = public::threads::events(thread, &page(PAGE, cursor), Some(&Direction::Desc));
                self.send(&call).await.map(Reply::Events)
            }
            Request::Note(id) => self.send(&public::notes::get(id)).await.map(Reply::Note),
            Request::Address(file) => {
                let file = self.file(file).await?;
                Ok(Reply::Address(self.absolute(&file.download_url)))
            }
            Request::Text(file) => {
                let bytes = self.bytes(file, LARGEST_TEXT).await?;
                Ok(Reply::Text(decode(&bytes)))
            }
            Request::Picture { file, pixels } => {
                let bytes = self.bytes(file, LARGEST_PICTURE).await?;
                let read = tokio::task::spawn_blocking(move || picture::read(&bytes, pixels)).await;
                read.unwrap_or_else(|error| Err(error.to_string())).map(Reply::Picture).map_err(plain)
            }
            Request::Work(case) => self.work(&v1::cases::get(case)).await,
            Request::Stages { case, cursor } => {
                self.send(&v1::stages::list(case, &numbered(cursor))).await.map(Reply::Stages)
            }
            Request::Instructions { stage, cursor } => {
                self.send(&v1::instructions::list(stage, &numbered(cursor))).await.map(Reply::Instructions)
            }
            Request::Proposals { case, cursor } => {
                let query = ListProposals {
                    pages: numbered(cursor),
                    case_id: Some(case.to_string()),
                    state: Some(ProposalState::Pending),
                    ..ListProposals::default()
                };
                self.send(&v1::proposals::list(&query)).await.map(Reply::Proposals)
            }
            Request::Comment { thread, text } => {
                let message = CreateMessage { text, file_ids: Vec::new() };
                let call = public::threads::create_message(thread, &message);
                self.send(&call).await.map(|event| Reply::Comment(Box::new(event)))
            }
            Request::Tick(id) => {
                self.send(&v1::instructions::complete(id)).await.map(|one| Reply::Tick(Box::new(one.data)))
            }
            Request::SetMotion { case, motion, waiting } => {
                let waiting_on = waiting.map(|(kind, reason)| WaitingOn { kind, id: None, reason });
                self.work(&v1::cases::set_motion(case, &SetMotion { motion, waiting_on })).await
            }
            Request::Commence(case) => self.work(&v1::cases::commence(case)).await,
            Request::Resolve { case, summary } => self.work(&v1::cases::resolve(case, &ResolveCase { summary })).await,
            Request::Reopen { case, reason } => self.work(&v1::cases::reopen(case, &ReopenCase { reason })).await,
            Request::Close(case) => self.work(&v1::cases::close(case)).await,
            Request::Decide { proposal, verdict, note } => {
                let decision = DecideProposal { decision: verdict, input: None, note };
                self.send(&v1::proposals::decide(proposal, &decision)).await.map(|_| Reply::Decide(proposal))
            }
        }
    }

    async fn work(&self, call: &Call<v1::One<v1::cases::Case>>) -> Result<Reply, Failure> {
        self.send(call).await.map(|one| Reply::Work(Box::new(one.data)))
    }

    async fn file(&self, id: client::Uuid) -> Result<File, Failure> {
        self.send(&public::files::get(id)).await
    }

    /// The bytes of a file that may not be larger than that.
    async fn bytes(&self, id: client::Uuid, largest: u64) -> Result<Vec<u8>, Failure> {
        let file = self.file(id).await?;
        let (at, began) = (Timestamp::now(), Instant::now());
        let outcome = match self.client.fetch(&file.download_url).await {
            Ok(incoming) => collect(incoming, largest).await,
            Err(error) => Err(failure(error)),
        };
        // The address itself is a secret.
        self.log("GET", "(the bytes of the file)".to_owned(), at, began, outcome.as_ref().err()).await;
        outcome
    }

    /// An address as the browser needs it.
    fn absolute(&self, url: &str) -> String {
        let joined = client::Url::parse(self.client.base()).and_then(|base| base.join(url));
        joined.map_or_else(|_| url.to_owned(), String::from)
    }

    async fn send<T: serde::de::DeserializeOwned>(&self, call: &Call<T>) -> Result<T, Failure> {
        let (at, began) = (Timestamp::now(), Instant::now());
        let outcome = self.client.send(call).await.map_err(failure);
        let path = call.path_and_query().unwrap_or_default();
        self.log(call.method().as_str(), path, at, began, outcome.as_ref().err()).await;
        outcome
    }

    async fn log(&self, method: &str, path: String, at: Timestamp, began: Instant, failure: Option<&Failure>) {
        let took: Duration = began.elapsed();
        let entry = Logged { at, method: method.to_owned(), path, took, failure: failure.cloned() };
        // Nobody waits for it any more when the app has ended.
        let _ = self.inbox.send(Event::Logged(entry)).await;
    }
}

fn page(limit: i64, cursor: Cursor) -> Paging {
    Paging { limit: Some(limit), cursor }
}

/// The page of a list with numbered pages.
fn numbered(cursor: Cursor) -> Pages {
    Pages { page: cursor.and_then(|number| number.parse().ok()), per_page: Some(ROWS) }
}

fn latest() -> (Option<Sort>, Option<Direction>) {
    (Some(Sort::UpdatedAt), Some(Direction::Desc))
}

async fn collect(mut incoming: Incoming, largest: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(piece) = incoming.next().await.map_err(failure)? {
        if bytes.len() as u64 + piece.len() as u64 > largest {
            return Err(plain(format!("this is larger than {} MiB: o opens it in the browser", largest >> 20)));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// The bytes as text, in the encoding that they most probably have.
fn decode(bytes: &[u8]) -> String {
    let encoding = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => encoding_rs::UTF_8,
        None => {
            let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
            detector.feed(bytes, true);
            detector.guess(None, chardetng::Utf8Detection::Deny)
        }
    };
    encoding.decode(bytes).0.into_owned()
}

fn failure(error: Error) -> Failure {
    Failure {
        status: error.status().map(|status| status.as_u16()),
        code: error.code().map(str::to_owned),
        message: error.to_string(),
    }
}

fn plain(message: String) -> Failure {
    Failure { status: None, code: None, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_its_encoding() {
        assert_eq!(decode("Straße".as_bytes()), "Straße");
        assert_eq!(decode(b"\xef\xbb\xbfBOM"), "BOM");
        assert_eq!(decode(b"\xff\xfeh\0i\0"), "hi");
        assert_eq!(decode(b"Die Stra\xdfe f\xfcr M\xfcller"), "Die Straße für Müller");
    }
}
