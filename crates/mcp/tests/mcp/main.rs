//! The server of the protocol: what its tools send, what they answer, what its transports let through.
//!
//! What the original server's own tests promise, and where it is held here:
//!
//! | promise | test |
//! |---|---|
//! | the flags' defaults; flags of HTTP are refused without it | `commands::mcp::tests` and `mcp::*` of the crate `cli` |
//! | where may be listened | `http::address::tests` (in the crate) |
//! | which tools there are, and which not | `names::the_tools_are_these` |
//! | the saved key is used, and the query is right: limit, space, repeated status, defaults | `calls::the_key_is_used_and_filters_become_parameters`, `calls::cases_have_an_order_of_their_own` |
//! | models have no pages | `calls::models_have_no_pages` |
//! | a manifest goes up | `files::a_manifest_goes_up_under_its_own_name` |
//! | `all` reaches no query | `paging::*` |
//! | a typed body creates; data creates and fields update a tool; a message takes files; tools are replaced by PUT | `calls::every_tool_makes_its_call` |
//! | a 400 is an error of the tool, with its text | `refusals::what_the_api_refuses_is_told_as_it_is` |
//! | a download writes the local file | `files::a_download_is_written_to_its_place` |

#[path = "../../../client/tests/support/mod.rs"]
mod stub;
mod support;

mod calls;
mod files;
mod http;
mod names;
mod paging;
mod prompts;
mod refusals;
mod remote;
mod resources;
mod world;
