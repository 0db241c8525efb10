//! The commands as programs: what they send, what they print, how they end.
//!
//! What the original client's own tests promise, and where it is held here:
//!
//! | subject | promise | test |
//! |---|---|---|
//! | auth | address of the token page, with and without organisation, trailing slash, local host | `instance::tests::keys_are_made_on_the_page_of_the_organisation_if_it_is_named` (in the crate) |
//! | auth | the organisation comes from `users/me`; without it, or with broken JSON, signing in fails | `auth::the_key_on_standard_input_is_checked_and_saved`, `auth::an_answer_without_an_organisation_saves_nothing` |
//! | config | what an instance may be called; blank fails | `instance::tests::an_instance_may_be_called_in_many_ways`, `…::what_is_no_host_is_refused` (in the crate) |
//! | config | names of host and organisation, host alone without one | `instance::tests::a_configuration_is_named_after_host_and_organisation` (in the crate) |
//! | config | saved, loaded, no current one before one is set | `config::a_configuration_is_listed_chosen_shown_and_removed` |
//! | config | the variable's key before the file's, the file's address, the flag's before it | `config::flags_come_before_variables_and_variables_before_files` |
//! | bodies | snake_case keys, comma lists as arrays, what is not set is absent | `bodies::flags_make_up_the_body` |
//! | bodies | a missing title fails on create, not on update | `bodies::required_flags_are_wanted_only_on_create` |
//! | bodies | flags together with `--data` fail | `bodies::flags_and_json_exclude_each_other` |
//! | bodies | reasoning effort and a tool's fields pass through; an agent's tools are exact | `bodies::every_flag_reaches_its_field` |
//! | lists | kebab-case flags become snake_case parameters, there are no snake_case flags | `lists::filters_become_parameters` |
//! | lists | the order of cases: alone, in a scope, with sort, with direction | `lists::cases_have_an_order_of_their_own` |
//! | lists | models have no `get` and no paging | `usage::what_does_not_exist_is_refused` |
//! | lists | tools, secrets, triggers, imports have exactly their verbs and flags | `usage::every_command_has_exactly_its_flags` |
//! | threads | `messages create`, no `message`; text, text and files, JSON, both, files alone | `threads::*` |
//! | mcp | flags of HTTP are refused without it; where may be listened; the saved key is used | `mcp::*`, and the tests of the crate `mcp` |
//! | client | an upload under another name: method, path, key, field, no stray `file`, exact bytes | `files::a_manifest_is_sent_under_its_own_name`, and `tests/bytes.rs` of the client |

#[path = "../../../client/tests/support/mod.rs"]
mod stub;
mod support;

mod auth;
mod bodies;
mod config;
mod files;
mod imports;
mod lists;
mod mcp;
mod ours;
mod output;
#[cfg(unix)]
mod terminal;
mod threads;
mod usage;
