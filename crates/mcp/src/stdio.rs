//! Over standard input and output: one message a line, nothing else on standard output.

use rmcp::{
    ServiceExt,
    service::{QuitReason, ServerInitializeError},
    transport::io::stdio_pipes,
};

use crate::Server;

/// Why serving ended badly.
#[derive(Debug, thiserror::Error)]
#[error("the client cannot be served: {0}")]
pub struct Failure(String);

/// Serves the client at the other end until it closes standard input. Answers under way are still written, for five seconds.
///
/// # Errors
/// The client does not speak the protocol, or standard output cannot be written.
pub async fn serve(server: Server) -> Result<(), Failure> {
    let running = match server.serve(stdio_pipes()).await {
        Ok(running) => running,
        // It went away before it began.
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(Failure(error.to_string())),
    };
    match running.waiting().await {
        Ok(QuitReason::JoinError(error)) | Err(error) => Err(Failure(error.to_string())),
        Ok(_) => Ok(()),
    }
}
