//! Sending calls.

use std::{
    fmt,
    net::IpAddr,
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{
    Method, RequestBuilder, Response, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    multipart::{Form, Part},
    redirect::Policy,
};
use serde::de::DeserializeOwned;

use crate::{
    Answer, ApiError, ApiKey, Call, Error, Incoming, Result, Retry, Upload,
    call::{Body, Source, Watcher, path},
    retry::Attempts,
    stream::{EventStream, Events, Resume},
};

/// How a client behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long an ordinary call may take. Uploads, downloads and streams may take as long as bytes come.
    pub timeout: Duration,
    /// How long a connection may take to come up.
    pub connect_timeout: Duration,
    /// How long a download or a stream may stay silent.
    pub idle_timeout: Duration,
    /// When a call is made again.
    pub retry: Retry,
    /// What the client calls itself.
    pub user_agent: String,
    /// Whether proxies that the environment names are used. A server on this machine is never reached through one, unless
    /// this machine is a weaver.
    pub proxies: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            retry: Retry::default(),
            user_agent: concat!("heddle-client/", env!("CARGO_PKG_VERSION")).to_owned(),
            proxies: true,
        }
    }
}

/// A server and the key for it. Clones share their connections.
///
/// The key goes to the base URL's own origin and nowhere else: redirects are not followed, and signed URLs are fetched
/// without it.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    /// Without trailing slashes.
    base: String,
    /// Scheme, host and port of the base.
    origin: String,
    authorization: HeaderValue,
    http: reqwest::Client,
    /// Follows redirects, for signed URLs elsewhere. Made when the first one is met.
    roaming: OnceLock<reqwest::Client>,
    settings: Settings,
}

impl Client {
    /// A client for the server at `base`, such as `https://app.example.com`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a base that is no http(s) URL, or a key that cannot be sent.
    pub fn new(base: &str, key: ApiKey) -> Result<Self> {
        Self::with(base, key, Settings::default())
    }

    /// As [`Client::new`], with other settings.
    ///
    /// # Errors
    /// As for [`Client::new`].
    pub fn with(base: &str, key: ApiKey, settings: Settings) -> Result<Self> {
        let base = base.trim().trim_end_matches('/').to_owned();
        let url = Url::parse(&base).map_err(|error| Error::Invalid(format!("the base URL \"{base}\": {error}")))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(Error::Invalid(format!("the base URL \"{base}\" does not begin with http:// or https://")));
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(Error::Invalid("the base URL must hold no user, password, query or fragment".into()));
        }
        let authorization = authorization(&key)?;
        let http = http(&url, &settings)?;
        let origin = url.origin().ascii_serialization();
        Ok(Self { shared: Arc::new(Shared { base, origin, authorization, http, roaming: OnceLock::new(), settings }) })
    }

    /// A client for the same server with another key. It shares this one's connections.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that cannot be sent.
    pub fn with_key(&self, key: &ApiKey) -> Result<Self> {
        let authorization = authorization(key)?;
        let Shared { base, origin, http, settings, .. } = &*self.shared;
        let shared = Shared {
            base: base.clone(),
            origin: origin.clone(),
            authorization,
            http: http.clone(),
            roaming: OnceLock::new(),
            settings: settings.clone(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// A client for the same server and key that behaves otherwise. It has connections of its own.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the system lets none be made.
    pub fn with_settings(&self, settings: Settings) -> Result<Self> {
        let Shared { base, origin, authorization, .. } = &*self.shared;
        let url = Url::parse(base).map_err(|error| Error::Invalid(error.to_string()))?;
        let shared = Shared {
            base: base.clone(),
            origin: origin.clone(),
            authorization: authorization.clone(),
            http: http(&url, &settings)?,
            roaming: OnceLock::new(),
            settings,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The base URL, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.shared.base
    }

    /// The address of something below the base URL: a page of the web app, say.
    ///
    /// # Errors
    /// [`Error::Id`] for a segment that is empty, `.` or `..`.
    pub fn address(&self, segments: &[&str]) -> Result<String> {
        Ok(format!("{}{}", self.shared.base, path(segments)?))
    }

    /// Sends a call and reads the answer.
    ///
    /// # Errors
    /// The server's refusal, an answer of another shape, what the network does.
    pub async fn send<T: DeserializeOwned>(&self, call: &Call<T>) -> Result<T> {
        self.send_raw(call).await?.decode()
    }

    /// Sends a call and gives the answer as it came. It has a status of success; any other is an error, which holds it.
    ///
    /// # Errors
    /// The server's refusal, what the network does.
    pub async fn send_raw<T>(&self, call: &Call<T>) -> Result<Answer> {
        let timeout = match call.body {
            Body::Upload(_) => None,
            _ => Some(self.shared.settings.timeout),
        };
        self.retrying(&call.method, || async move { read(self, self.attempt(call, timeout).await?).await }).await
    }

    /// Sends a call and gives its answer while it comes, without a limit of time: for downloads.
    ///
    /// # Errors
    /// The server's refusal, what the network does.
    pub async fn open<T>(&self, call: &Call<T>) -> Result<Incoming> {
        let origin = &self.shared.origin;
        let response =
            self.retrying(&call.method, || async move { self.begun(self.json(call).await?, origin).await }).await?;
        Ok(self.incoming(response, self.shared.origin.clone()))
    }

    /// Fetches a signed URL, such as a file's `download_url`, without the key. One without a host is taken from the base.
    ///
    /// # Errors
    /// The refusal of who answers, what the network does.
    pub async fn fetch(&self, url: &str) -> Result<Incoming> {
        let not_one = |_| Error::Invalid("the address to fetch is not a URL".into());
        let url = Url::parse(&self.shared.base).and_then(|base| base.join(url)).map_err(not_one)?;
        let host = url.origin().ascii_serialization();
        let response = self.retrying(&Method::GET, || self.fetch_once(&url, &host)).await?;
        Ok(self.incoming(response, host))
    }

    async fn fetch_once(&self, url: &Url, origin: &str) -> Result<Response> {
        // Connections to the server are open already. Where it points elsewhere, start anew.
        if origin == self.shared.origin {
            match self.begun(self.shared.http.get(url.clone()), origin).await {
                Err(Error::Api(error)) if error.answer.status.is_redirection() => {}
                outcome => return outcome,
            }
        }
        self.begun(self.roaming()?.get(url.clone()), origin).await
    }

    /// Follows a stream of server-sent events, and comes back to it when the connection is lost.
    ///
    /// # Errors
    /// The stream cannot be opened at all.
    pub async fn follow<T>(&self, call: Call<T>) -> Result<EventStream<T>> {
        EventStream::open(self.clone(), call).await
    }

    /// Sends a call whose answer is a stream of events that cannot be taken up again, such as the answer of a model.
    ///
    /// # Errors
    /// The server's refusal, what the network does.
    pub async fn events<T>(&self, call: &Call<T>) -> Result<Events<T>> {
        let origin = &self.shared.origin;
        let begin = || async move {
            let request = self.request(call).await?.header(ACCEPT, "text/event-stream");
            self.begun(request, origin).await
        };
        let response = self.retrying(&call.method, begin).await?;
        Ok(Events::new(self.incoming(response, origin.clone())))
    }

    /// Opens a stream of events behind the event that `resume` names.
    pub(crate) async fn listen<T>(&self, call: &Call<T>, resume: &Resume) -> Result<Incoming> {
        let request = self.request(call).await?.header(ACCEPT, "text/event-stream");
        let request = match &resume.last {
            Some(id) => request.header("Last-Event-ID", id),
            None => request,
        };
        let response = self.begun(request, &self.shared.origin).await?;
        Ok(self.incoming(response, self.shared.origin.clone()))
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    pub(crate) fn origin(&self) -> &str {
        &self.shared.origin
    }

    pub(crate) async fn retrying<T, F>(&self, method: &Method, attempt: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut attempts = Attempts::new(self.shared.settings.retry, method);
        loop {
            let failure = match attempt().await {
                Ok(outcome) => return Ok(outcome),
                Err(failure) => failure,
            };
            match attempts.again(&failure) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(failure),
            }
        }
    }

    async fn attempt<T>(&self, call: &Call<T>, timeout: Option<Duration>) -> Result<Response> {
        let response = self.exchange(self.json(call).await?, &self.shared.origin, timeout).await?;
        successful(self, &self.shared.origin, response).await
    }

    async fn json<T>(&self, call: &Call<T>) -> Result<RequestBuilder> {
        Ok(self.request(call).await?.header(ACCEPT, "application/json"))
    }

    async fn request<T>(&self, call: &Call<T>) -> Result<RequestBuilder> {
        let url = format!("{}{}", self.shared.base, call.path_and_query()?);
        let request = self.shared.http.request(call.method.clone(), url);
        let request = request.header(AUTHORIZATION, self.shared.authorization.clone());
        let request = call.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        match &call.body {
            Body::Empty => Ok(request),
            Body::Json(body) => Ok(request.header(CONTENT_TYPE, "application/json").body(body.clone())),
            Body::Unwritable(reason) => Err(Error::Invalid(format!("the body cannot be written: {reason}"))),
            Body::Upload(upload) => Ok(request.multipart(form(upload).await?)),
        }
    }

    async fn exchange(&self, request: RequestBuilder, host: &str, timeout: Option<Duration>) -> Result<Response> {
        let request = match timeout {
            Some(timeout) => request.timeout(timeout),
            None => request,
        };
        request.send().await.map_err(|error| self.failure(host, error))
    }

    /// A response whose body may take as long as it comes.
    async fn begun(&self, request: RequestBuilder, host: &str) -> Result<Response> {
        let limit = self.shared.settings.timeout;
        match tokio::time::timeout(limit, self.exchange(request, host, None)).await {
            Ok(response) => successful(self, host, response?).await,
            Err(_) => Err(Error::Timeout { host: host.to_owned(), after: limit }),
        }
    }

    fn failure(&self, host: &str, error: reqwest::Error) -> Error {
        Error::transport(host, self.shared.settings.timeout, error)
    }

    fn incoming(&self, response: Response, host: String) -> Incoming {
        Incoming { response, host, idle: self.shared.settings.idle_timeout }
    }

    fn roaming(&self) -> Result<&reqwest::Client> {
        if let Some(client) = self.shared.roaming.get() {
            return Ok(client);
        }
        // The address that sent us on is a secret, so the next one is not told.
        let client = builder(&self.shared.settings).referer(false).build();
        let client = client.map_err(|error| Error::Invalid(format!("no HTTP client: {error}")))?;
        Ok(self.shared.roaming.get_or_init(|| client))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.shared.base).finish_non_exhaustive()
    }
}

/// The connections to a server.
fn http(url: &Url, settings: &Settings) -> Result<reqwest::Client> {
    let builder = builder(settings).redirect(Policy::none());
    // Reading the system's certificates takes longer than a call to a local server.
    let builder = if url.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
    // What runs on this machine is not reached through a proxy elsewhere.
    let is_direct = is_local(url) && !is_in_weaver();
    let builder = if is_direct || !settings.proxies { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| Error::Invalid(format!("no HTTP client: {error}")))
}

/// Whether this runs in a weaver. There is nothing on that machine but the proxy, which leads to the server's.
fn is_in_weaver() -> bool {
    std::env::var_os("HEDDLE_WEAVER_ID").is_some()
}

/// A plain HTTP client for servers that are not Heddle's.
///
/// # Errors
/// [`Error::Invalid`] when the system lets none be made.
pub fn elsewhere(user_agent: &str) -> Result<reqwest::Client> {
    let settings = Settings { user_agent: user_agent.to_owned(), ..Settings::default() };
    builder(&settings).build().map_err(|error| Error::Invalid(format!("no HTTP client: {error}")))
}

fn builder(settings: &Settings) -> reqwest::ClientBuilder {
    // Another part of the process may have installed a provider first; any one will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().connect_timeout(settings.connect_timeout).user_agent(&settings.user_agent)
}

fn authorization(key: &ApiKey) -> Result<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", key.reveal()))
        .map_err(|_| Error::Invalid("the API key has characters that no key has".into()))?;
    value.set_sensitive(true);
    Ok(value)
}

fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    address.map_or(host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

/// The response, or the error it tells.
async fn successful(client: &Client, host: &str, response: Response) -> Result<Response> {
    if response.status().is_success() {
        return Ok(response);
    }
    let answer = collect(client, host, response).await?;
    Err(Error::Api(Box::new(ApiError::read(answer))))
}

async fn read(client: &Client, response: Response) -> Result<Answer> {
    collect(client, client.origin(), response).await
}

async fn collect(client: &Client, host: &str, mut response: Response) -> Result<Answer> {
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    let body = response.bytes().await.map_err(|error| client.failure(host, error))?;
    Ok(Answer { status, headers, body })
}

/// The form of an upload.
async fn form(upload: &Upload) -> Result<Form> {
    let part = match &upload.source {
        Source::Path(path) => file(path, upload.watcher.clone()).await?,
        Source::Bytes { name, bytes } => {
            Part::stream_with_length(bytes.clone(), bytes.len() as u64).file_name(name.clone())
        }
    };
    let part = part.mime_str("application/octet-stream");
    let part = part.map_err(|error| Error::Invalid(format!("the file cannot be sent: {error}")))?;
    let form = Form::new().part(upload.part, part);
    Ok(upload.fields.iter().fold(form, |form, (name, value)| form.text(*name, value.clone())))
}

/// A file on disk. It is opened here and read while it is sent.
async fn file(path: &Path, watcher: Option<Watcher>) -> Result<Part> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    let about = file.metadata().await.map_err(failed)?;
    if about.is_dir() {
        return Err(failed(std::io::ErrorKind::IsADirectory.into()));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut sent = 0;
    let pieces = tokio_util::io::ReaderStream::with_capacity(file, 64 << 10);
    let pieces = futures::StreamExt::inspect(pieces, move |piece| {
        if let (Some(watcher), Ok(piece)) = (&watcher, piece) {
            sent += piece.len() as u64;
            watcher(sent);
        }
    });
    let body = reqwest::Body::wrap_stream(pieces);
    // The length of a pipe is not known beforehand.
    let part = if about.is_file() { Part::stream_with_length(body, about.len()) } else { Part::stream(body) };
    Ok(part.file_name(name))
}
