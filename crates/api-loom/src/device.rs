//! Programs that ask a person to let them in (Loom, device code). Starting and polling are Loom's; looking at a request and
//! deciding about it are ours, for the page at `/device`.

use api::{Body, Ctx, Failure, OptionalBody, Visitor};
use axum::{Json, extract::Path};
use identity::devices::{self, Asking, DeviceState, Polled};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What asks.
#[derive(Default, Deserialize, ToSchema)]
pub struct StartDevice {
    /// What the program calls itself, for the person to see; its `User-Agent` when absent.
    client: Option<String>,
}

/// What a program needs to be let in.
#[derive(Serialize, ToSchema)]
pub struct StartedDevice {
    /// The program's secret, to poll with.
    device_code: String,
    /// What the person enters, such as `BCDF-2345`.
    user_code: String,
    /// Where the person enters it.
    verification_url: String,
    /// The same with the code in it.
    verification_url_complete: String,
    /// Seconds until the codes are over.
    expires_in: u64,
    /// Seconds between two polls.
    interval: u64,
}

/// Who polls.
#[derive(Deserialize, ToSchema)]
pub struct PollDevice {
    device_code: String,
}

/// What became of the request.
#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum PolledDevice {
    /// Nobody has decided yet.
    Pending {
        /// Seconds until the next poll.
        interval: u64,
    },
    /// The program is let in.
    Approved {
        /// A bearer token, shown this once.
        access_token: String,
        /// `Bearer`.
        token_type: &'static str,
        /// When the token ends, unless it is used before.
        expires_at: Timestamp,
    },
}

/// The code of a program.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideDevice {
    user_code: String,
}

/// A program that asks to be let in.
#[derive(Serialize, ToSchema)]
pub struct DeviceRequest {
    state: DeviceState,
    /// What the program calls itself. Anybody can call a program anything.
    client: Option<String>,
    /// From which address it asks.
    address: Option<String>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl From<Asking> for DeviceRequest {
    fn from(asking: Asking) -> Self {
        let Asking { state, client, address, created_at, expires_at, .. } = asking;
        Self { state, client, address, created_at, expires_at }
    }
}

/// Begins to let a program in: a secret for the program, and a short code for the person.
#[utoipa::path(
    post, path = "/auth/device/start", tag = "Authentication", security(()), request_body = Option<StartDevice>,
    responses((status = 200, body = StartedDevice))
)]
pub async fn device_start(
    visitor: Visitor,
    OptionalBody(body): OptionalBody<StartDevice>,
) -> Result<Json<StartedDevice>, Failure> {
    let vault = visitor.app.vault().clone();
    let (client, address) = (body.client.or(visitor.origin.user_agent), visitor.origin.address);
    let start = move |tx: &mut store::Tx<'_>| devices::start(tx, &vault, client.as_deref(), address);
    let started = visitor.app.store().control_write(start).await?;
    let url = format!("{}/device", visitor.app.settings().public_url);
    Ok(Json(StartedDevice {
        verification_url_complete: format!("{url}?code={}", started.user_code),
        device_code: started.device_code,
        user_code: started.user_code,
        verification_url: url,
        expires_in: devices::LIFE.as_secs(),
        interval: devices::INTERVAL.as_secs(),
    }))
}

/// Asks what became of the request: `pending` until somebody decides, then an access token, once.
#[utoipa::path(
    post, path = "/auth/device/poll", tag = "Authentication", security(()), request_body = PollDevice,
    responses((status = 200, body = PolledDevice))
)]
pub async fn device_poll(visitor: Visitor, Body(body): Body<PollDevice>) -> Result<Json<PolledDevice>, Failure> {
    Ok(Json(match devices::poll(visitor.app.store(), &body.device_code).await? {
        Polled::Pending => PolledDevice::Pending { interval: devices::INTERVAL.as_secs() },
        Polled::Approved(access_token, expires_at) => {
            PolledDevice::Approved { access_token, token_type: "Bearer", expires_at }
        }
    }))
}

/// The program that shows this code: for sessions. Five wrong codes within a quarter of an hour make the next wait (ours).
#[utoipa::path(
    get, path = "/auth/device/requests/{user_code}", tag = "Authentication", params(("user_code" = String, Path)),
    responses((status = 200, body = DeviceRequest))
)]
pub async fn get_device_request(ctx: Ctx, Path(user_code): Path<String>) -> Result<Json<DeviceRequest>, Failure> {
    let asking = devices::find(ctx.app.store(), ctx.app.vault(), &ctx.principal, &user_code).await?;
    Ok(Json(asking.into()))
}

/// Lets the program in, as the caller in the caller's workspace: for sessions (ours).
#[utoipa::path(
    post, path = "/auth/device/approve", tag = "Authentication", request_body = DecideDevice,
    responses((status = 200, body = DeviceRequest))
)]
pub async fn approve_device(ctx: Ctx, Body(body): Body<DecideDevice>) -> Result<Json<DeviceRequest>, Failure> {
    decide(&ctx, &body.user_code, DeviceState::Approved).await
}

/// Does not let the program in: for sessions (ours).
#[utoipa::path(
    post, path = "/auth/device/deny", tag = "Authentication", request_body = DecideDevice,
    responses((status = 200, body = DeviceRequest))
)]
pub async fn deny_device(ctx: Ctx, Body(body): Body<DecideDevice>) -> Result<Json<DeviceRequest>, Failure> {
    decide(&ctx, &body.user_code, DeviceState::Denied).await
}

async fn decide(ctx: &Ctx, user_code: &str, state: DeviceState) -> Result<Json<DeviceRequest>, Failure> {
    let decided = devices::decide(ctx.app.store(), ctx.app.vault(), &ctx.principal, user_code, state).await?;
    Ok(Json(decided.into()))
}
