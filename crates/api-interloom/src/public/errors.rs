//! The errors of the public API: every code with its status, which operations answer which, and what the domain's errors
//! are called here.

use kernel::{Error, Kind, Rule};

use Kind::{BadRequest, Conflict, Forbidden, NotFound, RateLimited, Unauthorized, Unavailable};

/// A code with its status and what it means.
pub struct Code {
    /// The code.
    pub code: &'static str,
    /// The kind that decides its status.
    pub kind: Kind,
    /// What it means; also what is told when the domain has nothing more exact to say.
    pub message: &'static str,
}

const fn code(code: &'static str, kind: Kind, message: &'static str) -> Code {
    Code { code, kind, message }
}

/// Every code that clients may rely on, beside `validation_error` (422).
#[rustfmt::skip]
pub const CODES: &[Code] = &[
    code("unauthorized", Unauthorized, "No API key, or one that is unknown or revoked."),
    code("rate_limit_exceeded", RateLimited, "Too many requests; Retry-After says when the next is accepted."),
    code("forbidden", Forbidden, "Your role does not allow this."),
    code("invalid_cursor", BadRequest, "This is no cursor of this list."),
    code("space_not_found", NotFound, "There is no such space."),
    code("empty_space_name", BadRequest, "A space needs a name."),
    code("invalid_space_request", BadRequest, "The space cannot be changed like this."),
    code("assignee_not_found", NotFound, "There is nobody with this id who could be given cases of the space."),
    code("case_not_found", NotFound, "There is no such case."),
    code("parent_case_not_found", NotFound, "There is no such case to put it under."),
    code("user_not_found", NotFound, "There is no such person or agent."),
    code("invalid_case_parent", BadRequest, "Give exactly one of space_id and parent_case_id."),
    code("case_cannot_parent_itself", BadRequest, "A case cannot be put under itself."),
    code("case_parent_cycle", BadRequest, "A case cannot be put under one of its own subcases."),
    code("empty_case_title", BadRequest, "A case needs a title."),
    code("empty_case_tag_name", BadRequest, "A tag needs a name."),
    code("invalid_case_filters", BadRequest, "Give at most one of space_id and parent_case_id."),
    code("invalid_case_request", BadRequest, "The case cannot be changed like this."),
    code("case_external_id_conflict", Conflict, "The space has a case with this external_id already."),
    code("attached_files_not_found", NotFound, "One of the files is not there."),
    code("file_thread_mismatch", BadRequest, "One of the files is attached elsewhere already."),
    code("note_not_found", NotFound, "There is no such note."),
    code("invalid_note_parent", BadRequest, "Give exactly one of space_id and case_id."),
    code("invalid_note_filters", BadRequest, "Give at most one of space_id, case_id and thread_id."),
    code("empty_note_title", BadRequest, "A note needs a title."),
    code("invalid_note_request", BadRequest, "The note cannot be changed like this."),
    code("invalid_tag_name", BadRequest, "A tag needs a name of at most 200 characters."),
    code("file_not_found", NotFound, "There is no such file."),
    code("invalid_file_parent", BadRequest, "Give at most one of space_id and case_id."),
    code("invalid_file_request", BadRequest, "The file cannot be changed like this."),
    code("file_too_large", BadRequest, "The file is larger than this server accepts."),
    code("procedure_not_found", NotFound, "There is no such procedure."),
    code("empty_procedure_title", BadRequest, "A procedure needs a title."),
    code("invalid_procedure_request", BadRequest, "The procedure cannot be changed like this."),
    code("agent_not_found", NotFound, "There is no such agent."),
    code("invalid_agent_request", BadRequest, "The agent cannot be set up like this."),
    code("agent_tools_forbidden", Forbidden, "Only an owner or admin of the workspace gives agents their tools."),
    code("tool_not_found", NotFound, "There is no such tool."),
    code("invalid_tool_request", BadRequest, "The tool cannot be changed like this."),
    code("tool_already_exists", Conflict, "There is a tool of this name already."),
    code("secret_not_found", NotFound, "There is no such secret."),
    code("secret_already_exists", Conflict, "There is a secret of this name already."),
    code("invalid_secret_name", BadRequest, "A secret's name is letters, digits and underscores, and begins with no digit."),
    code("empty_secret_value", BadRequest, "A secret needs a value."),
    code("thread_not_found", NotFound, "There is no such thread."),
    code("invalid_message_request", BadRequest, "A message needs text."),
    code("case_ingestion_not_found", NotFound, "There is no such ingestion."),
    code("invalid_case_ingestion_manifest", BadRequest, "The manifest cannot be read; nothing was imported."),
    code("case_ingestion_workflow_unavailable", Unavailable, "The import cannot be started now."),
];

/// The entry of a code.
pub fn find(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|known| known.code == code)
}

/// The error of a code, with its own message.
pub fn error(name: &str) -> Error {
    match find(name) {
        Some(known) => Error::new(known.kind, known.code, known.message),
        None => Error::internal(format!("{name} is no code of the public API")),
    }
}

/// What the domain's errors are called in one section.
pub struct Renames {
    /// Fields that break a rule, and the code for it. No rule: any of them.
    pub fields: &'static [(&'static str, Option<Rule>, &'static str)],
    /// Fields of the domain, and what they are called here.
    pub paths: &'static [(&'static str, &'static str)],
    /// Codes of the domain, and the codes here.
    pub codes: &'static [(&'static str, &'static str)],
    /// The code of every other conflict, which this API has no status for.
    pub conflict: &'static str,
}

impl Renames {
    /// The error as this section calls it.
    pub fn apply(&self, error: Error) -> Error {
        if let Some(field) = error.fields().first() {
            let named = self.fields.iter().find(|(path, rule, _)| {
                // A field of a list is the list's: tags[2].
                let own = field.path.split(['.', '[']).next() == Some(path);
                own && rule.is_none_or(|rule| rule == field.rule)
            });
            // What cannot be read at all is told with its path.
            let readable = !matches!(field.rule, Rule::Missing | Rule::Unknown | Rule::Form);
            return match named.filter(|_| readable) {
                Some((_, _, code)) => renamed(code, &error),
                None => self.with_own_path(error),
            };
        }
        if let Some((_, code)) = self.codes.iter().find(|(domain, _)| *domain == error.code()) {
            return renamed(code, &error);
        }
        if error.kind() == Kind::Conflict && find(error.code()).is_none() {
            return renamed(self.conflict, &error);
        }
        error
    }

    /// The error with its field as the caller knows it.
    fn with_own_path(&self, error: Error) -> Error {
        let Some(field) = error.fields().first() else { return error };
        let known = self.paths.iter().find_map(|(domain, own)| {
            let rest = field.path.strip_prefix(domain)?;
            rest.chars().next().is_none_or(|c| c == '.' || c == '[').then(|| (*domain, *own, format!("{own}{rest}")))
        });
        match known {
            Some((domain, own, path)) => Error::against(field.rule, path, field.message.replacen(domain, own, 1)),
            None => error,
        }
    }
}

fn renamed(code: &str, error: &Error) -> Error {
    match find(code) {
        Some(known) => {
            let renamed = Error::new(known.kind, known.code, error.message());
            match error.context() {
                Some(context) => renamed.with_context(context),
                None => renamed,
            }
        }
        None => Error::internal(format!("{code} is no code of the public API")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RENAMES: Renames = Renames {
        fields: &[("title", Some(Rule::Blank), "empty_case_title"), ("tags", None, "empty_case_tag_name")],
        paths: &[("name", "title")],
        codes: &[("external_id_taken", "case_external_id_conflict")],
        conflict: "invalid_case_request",
    };

    fn code_of(error: Error) -> (Kind, &'static str) {
        let error = RENAMES.apply(error);
        (error.kind(), error.code())
    }

    #[test]
    fn codes_are_there_once() {
        let mut names: Vec<_> = CODES.iter().map(|code| code.code).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CODES.len());
    }

    #[test]
    fn the_domains_errors_get_their_names_here() {
        assert_eq!(code_of(Error::against(Rule::Blank, "title", "")), (BadRequest, "empty_case_title"));
        assert_eq!(code_of(Error::invalid("title", "too long")), (Kind::Invalid, "validation_error"));
        assert_eq!(code_of(Error::invalid("tags[1]", "")), (BadRequest, "empty_case_tag_name"));
        assert_eq!(code_of(Error::against(Rule::Form, "tags", "")), (Kind::Invalid, "validation_error"));
        assert_eq!(code_of(Error::conflict("external_id_taken", "")), (Conflict, "case_external_id_conflict"));
        assert_eq!(code_of(Error::conflict("case_closed", "")), (BadRequest, "invalid_case_request"));
        assert_eq!(code_of(Error::not_found("case_not_found", "")), (NotFound, "case_not_found"));
        assert_eq!(code_of(Error::forbidden("")), (Forbidden, "forbidden"));
        let error = RENAMES.apply(Error::invalid("name", "name must not be longer than 200 characters"));
        assert_eq!(error.fields()[0].path, "title");
        assert_eq!(error.message(), "title must not be longer than 200 characters");
        assert_eq!(RENAMES.apply(Error::invalid("names", "")).fields()[0].path, "names");
    }
}
