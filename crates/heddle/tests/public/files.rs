//! Files.

use reqwest::{Method, multipart};

use crate::support::{Answer, Client};

/// Uploads a file with these fields.
pub async fn upload(client: &Client, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Answer {
    let part = multipart::Part::bytes(bytes.to_vec()).file_name(name.to_owned());
    let mut form = multipart::Form::new().part("file", part);
    for (name, value) in fields {
        form = form.text((*name).to_owned(), (*value).to_owned());
    }
    client.send(client.request(Method::POST, "/api/v1/public/files").multipart(form)).await
}
