use std::fmt;

/// What went wrong, in the terms that decide a status: each dialect maps these once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request cannot be read at all (400).
    BadRequest,
    /// Nobody, or somebody unknown (401).
    Unauthorized,
    /// Visible to the caller, but not theirs to do (403).
    Forbidden,
    /// Absent or invisible to the caller (404).
    NotFound,
    /// The path exists, the method does not (405).
    MethodNotAllowed,
    /// The state of things forbids it (409).
    Conflict,
    /// The caller knows an older version than there is (412).
    Outdated,
    /// Larger than allowed (413).
    TooLarge,
    /// A content type that is not understood (415).
    Unsupported,
    /// A value that breaks a rule (422).
    Invalid,
    /// Too many requests (429).
    RateLimited,
    /// Something Heddle depends on does not answer or is not configured (503).
    Unavailable,
    /// Heddle's own fault (500).
    Internal,
}

/// A value of the request that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The field's path in the request, such as `waiting_on.kind`.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
    /// Which kind of rule it breaks, for the dialects that say so.
    #[serde(skip)]
    pub rule: Rule,
}

/// Kinds of rules for values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// It must be there.
    Missing,
    /// Nothing of this name is known.
    Unknown,
    /// It must say something.
    Blank,
    /// It must have another type or form.
    Form,
    /// Anything else.
    #[default]
    Value,
}

#[derive(Clone, Debug)]
struct Inner {
    kind: Kind,
    code: &'static str,
    message: String,
    fields: Vec<FieldError>,
    context: Option<String>,
    unique: bool,
    retry: bool,
    retry_after: Option<u64>,
}

/// A failure with a stable code, a text for the caller and, apart from it, context that only the log may show.
#[derive(Clone)]
pub struct Error(Box<Inner>);

/// A result with Heddle's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `kind` with its stable `code` and a `message` for the caller.
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            code,
            message: message.into(),
            fields: Vec::new(),
            context: None,
            unique: false,
            retry: false,
            retry_after: None,
        }))
    }

    /// Absent or invisible. `code` is such as `case_not_found`.
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, code, message)
    }

    /// The caller sees the thing but may not do this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(Kind::Forbidden, "forbidden", message)
    }

    /// The state of things forbids it. `code` is such as `invalid_transition`.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, code, message)
    }

    /// The field at `path` breaks a rule.
    pub fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::against(Rule::Value, path, message)
    }

    /// The field at `path` breaks a rule of this kind.
    pub fn against(rule: Rule, path: impl Into<String>, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut error = Self::new(Kind::Invalid, "validation_error", message.clone());
        error.0.fields.push(FieldError { path: path.into(), message, rule });
        error
    }

    /// Heddle's own fault; `context` goes to the log, never to the caller.
    pub fn internal(context: impl fmt::Display) -> Self {
        Self::new(
            Kind::Internal,
            "internal_error",
            "Something went wrong on our side. The request id names it in the log.",
        )
        .with_context(context)
    }

    /// Something Heddle depends on does not answer or is not configured.
    pub fn unavailable(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, code, message)
    }

    /// Too many tries; the next is accepted in `seconds`.
    pub fn too_many(code: &'static str, message: impl Into<String>, seconds: u64) -> Self {
        let mut error = Self::new(Kind::RateLimited, code, message);
        error.0.retry_after = Some(seconds);
        error
    }

    /// Adds a field at fault.
    #[must_use]
    pub fn with_field(mut self, path: impl Into<String>, message: impl Into<String>) -> Self {
        self.0.fields.push(FieldError { path: path.into(), message: message.into(), rule: Rule::Value });
        self
    }

    /// Adds context for the log.
    #[must_use]
    pub fn with_context(mut self, context: impl fmt::Display) -> Self {
        self.0.context = Some(context.to_string());
        self
    }

    /// Marks a violated unique constraint, so that a domain function can say what is taken.
    #[must_use]
    pub fn mark_unique_violation(mut self) -> Self {
        self.0.unique = true;
        self
    }

    /// Marks a failure that goes away when the whole transaction is run again.
    #[must_use]
    pub fn mark_retryable(mut self) -> Self {
        self.0.retry = true;
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The text for the caller.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The fields at fault, if any.
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }

    /// Context for the log.
    pub fn context(&self) -> Option<&str> {
        self.0.context.as_deref()
    }

    /// In how many seconds the same call may succeed, where that is known.
    pub fn retry_after(&self) -> Option<u64> {
        self.0.retry_after
    }

    /// Whether a unique constraint was violated.
    pub fn is_unique_violation(&self) -> bool {
        self.0.unique
    }

    /// Whether running the transaction again may succeed.
    pub fn is_retryable(&self) -> bool {
        self.0.retry
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}: {}", self.0.kind, self.0.code, self.0.message)?;
        match &self.0.context {
            Some(context) => write!(f, " ({context})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
