//! What somebody asks for, and the rules that it must keep to.

use std::collections::BTreeMap;

use kernel::{Error, Result, check};

use crate::quantity;

/// A weaver as it is asked for.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The container image; for the local driver a profile.
    pub image: String,
    /// The repository whose secrets it may be given.
    pub repo_id: Option<String>,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// Memory, such as `8Gi`.
    pub memory_limit: Option<String>,
    /// Processors, such as `4`.
    pub cpu_limit: Option<String>,
    /// Names and values to find it by.
    pub tags: BTreeMap<String, String>,
    /// How long it lives at most.
    pub lifetime_hours: Option<i64>,
    /// The program, instead of the image's own.
    pub command: Option<Vec<String>>,
    /// The program's arguments.
    pub args: Option<Vec<String>>,
    /// The folder that it begins in.
    pub workdir: Option<String>,
}

/// An order that keeps to the rules.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The container image or profile.
    pub image: String,
    /// The repository.
    pub repo_id: Option<String>,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// Memory in bytes.
    pub memory: u64,
    /// Thousandths of a processor.
    pub processors: u64,
    /// Names and values to find it by.
    pub tags: BTreeMap<String, String>,
    /// How long it lives at most.
    pub lifetime_hours: i64,
    /// The program; the image's own when empty.
    pub command: Vec<String>,
    /// The program's arguments.
    pub args: Vec<String>,
    /// The folder that it begins in.
    pub workdir: Option<String>,
}

/// The longest and the usual lifetime, in hours.
const LIFETIME: (i64, i64) = (48, 24);
/// The least and the most memory, in bytes.
const MEMORY: (u64, u64) = (64 << 20, 256 << 30);
/// The least and the most processors, in thousandths.
const PROCESSORS: (u64, u64) = (100, 64_000);
/// Variables, tags, words of a command.
const ENTRIES: usize = 100;
/// Characters of a variable's value, of a word.
const VALUE: usize = 32 << 10;
/// Bytes of all variables together.
const ENV: usize = 128 << 10;

impl Order {
    /// Checks the order. `memory` and `processors` are what a weaver gets that asks for neither.
    ///
    /// # Errors
    /// `Invalid` naming the field.
    pub fn checked(self, memory: u64, processors: u64) -> Result<Plan> {
        let image = check::required("image", &self.image, 300)?.to_owned();
        if image.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(Error::invalid("image", "image must not contain spaces"));
        }
        let repo_id = check::optional("repo_id", self.repo_id.as_deref(), 200)?.map(str::to_owned);
        check_env(&self.env)?;
        check_tags(&self.tags)?;
        let lifetime_hours = self.lifetime_hours.unwrap_or(LIFETIME.1);
        if !(1..=LIFETIME.0).contains(&lifetime_hours) {
            return Err(Error::invalid(
                "lifetime_hours",
                format!("lifetime_hours must be between 1 and {}", LIFETIME.0),
            ));
        }
        let memory =
            amount("resources.memory_limit", self.memory_limit, memory, MEMORY, "64Mi and 256Gi", quantity::bytes)?;
        let processors =
            amount("resources.cpu_limit", self.cpu_limit, processors, PROCESSORS, "100m and 64", quantity::millis)?;
        let command = words("command", self.command)?;
        if command.first().is_some_and(String::is_empty) {
            return Err(Error::invalid("command", "command must begin with a program"));
        }
        let args = words("args", self.args)?;
        check_workdir(self.workdir.as_deref())?;
        let (env, tags, workdir) = (self.env, self.tags, self.workdir);
        Ok(Plan { image, repo_id, env, memory, processors, tags, lifetime_hours, command, args, workdir })
    }
}

fn amount(
    path: &str,
    text: Option<String>,
    usual: u64,
    (least, most): (u64, u64),
    bounds: &str,
    read: impl Fn(&str) -> Option<u64>,
) -> Result<u64> {
    let Some(text) = text else { return Ok(usual) };
    let amount = read(text.trim());
    amount.filter(|amount| (least..=most).contains(amount)).ok_or_else(|| {
        Error::invalid(
            path,
            format!("{path} must be an amount between {bounds}, such as 2Gi of memory or 1.5 processors"),
        )
    })
}

fn check_env(env: &BTreeMap<String, String>) -> Result<()> {
    few("env", env.len())?;
    for (name, value) in env {
        let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        let is_name =
            begins && name.len() <= 128 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name {
            let text =
                "the name of a variable has letters, digits and underscores, begins with no digit, and has at most 128";
            return Err(Error::invalid("env", format!("env: {name:?} is no name: {text}")));
        }
        check::optional(&format!("env.{name}"), Some(value), VALUE)?;
    }
    let size: usize = env.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > ENV {
        return Err(Error::invalid("env", format!("env must not be larger than {} KiB", ENV >> 10)));
    }
    Ok(())
}

fn check_tags(tags: &BTreeMap<String, String>) -> Result<()> {
    few("tags", tags.len())?;
    for (name, value) in tags {
        // A colon is between name and value where they are searched for.
        if name.contains(':') {
            return Err(Error::invalid("tags", format!("tags: the name {name:?} must not contain a colon")));
        }
        check::required("tags", name, 63)?;
        check::optional(&format!("tags.{name}"), Some(value), 200)?;
    }
    Ok(())
}

fn words(path: &str, words: Option<Vec<String>>) -> Result<Vec<String>> {
    let words = words.unwrap_or_default();
    few(path, words.len())?;
    for word in &words {
        check::optional(path, Some(word), VALUE)?;
    }
    Ok(words)
}

fn few(path: &str, count: usize) -> Result<()> {
    if count > ENTRIES {
        return Err(Error::invalid(path, format!("{path} must not have more than {ENTRIES} entries")));
    }
    Ok(())
}

fn check_workdir(workdir: Option<&str>) -> Result<()> {
    let Some(path) = check::optional("workdir", workdir, 500)? else { return Ok(()) };
    let climbs = path.split('/').any(|part| part == "..");
    if !path.starts_with('/') || climbs || path.contains(char::is_control) {
        return Err(Error::invalid("workdir", "workdir must be a path from the root, without .."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> Order {
        Order { image: "local".into(), ..Order::default() }
    }

    fn refused(order: Order) -> String {
        let error = order.checked(1 << 30, 1000).expect_err("it should be refused");
        error.fields()[0].path.clone()
    }

    #[test]
    fn what_is_not_said_is_usual() {
        let plan = order().checked(1 << 30, 1000).unwrap();
        assert_eq!((plan.memory, plan.processors, plan.lifetime_hours), (1 << 30, 1000, 24));
        assert!(plan.command.is_empty() && plan.env.is_empty());
    }

    #[test]
    fn each_refusal_names_its_field() {
        let map = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let text = |text: &str| Some(text.to_owned());
        for (bad, field) in [
            (Order { image: " ".into(), ..order() }, "image"),
            (Order { image: "a b".into(), ..order() }, "image"),
            (Order { env: map("1A", ""), ..order() }, "env"),
            (Order { env: map("A=B", ""), ..order() }, "env"),
            (Order { env: map("A", "\0"), ..order() }, "env.A"),
            (Order { env: map("A", &"x".repeat(VALUE + 1)), ..order() }, "env.A"),
            (Order { env: (0..101).map(|n| (format!("A{n}"), String::new())).collect(), ..order() }, "env"),
            (Order { env: (0..10).map(|n| (format!("A{n}"), "x".repeat(20_000))).collect(), ..order() }, "env"),
            (Order { tags: map("a:b", "c"), ..order() }, "tags"),
            (Order { tags: map("a", &"x".repeat(201)), ..order() }, "tags.a"),
            (Order { lifetime_hours: Some(0), ..order() }, "lifetime_hours"),
            (Order { lifetime_hours: Some(49), ..order() }, "lifetime_hours"),
            (Order { memory_limit: text("1Mi"), ..order() }, "resources.memory_limit"),
            (Order { memory_limit: text("much"), ..order() }, "resources.memory_limit"),
            (Order { memory_limit: text("1Pi"), ..order() }, "resources.memory_limit"),
            (Order { cpu_limit: text("0"), ..order() }, "resources.cpu_limit"),
            (Order { cpu_limit: text("65"), ..order() }, "resources.cpu_limit"),
            (Order { command: Some(vec![String::new()]), ..order() }, "command"),
            (Order { args: Some(vec!["x".into(); 101]), ..order() }, "args"),
            (Order { workdir: text("work"), ..order() }, "workdir"),
            (Order { workdir: text("/a/../b"), ..order() }, "workdir"),
        ] {
            assert_eq!(refused(bad), field);
        }
    }
}
