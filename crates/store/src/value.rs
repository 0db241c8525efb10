//! Values on their way into and out of both engines.

use kernel::{Error, Id, Result, Timestamp};
use postgres::types::{IsNull, Type, private::BytesMut};
use rusqlite::types::ValueRef;
use serde_json::Value as Json;
use uuid::Uuid;

/// A value bound to `$1`, `$2`, … of a statement.
#[derive(Clone, Debug)]
pub enum Param<'a> {
    /// SQL NULL.
    Null,
    /// An integer of up to 64 bits.
    Int(i64),
    /// A floating-point number.
    Real(f64),
    /// A truth value.
    Bool(bool),
    /// Text.
    Text(&'a str),
    /// Text made on the way.
    Owned(String),
    /// Bytes.
    Bytes(&'a [u8]),
    /// An id.
    Id(Uuid),
    /// A time.
    Time(Timestamp),
}

/// Anything that can be bound to a statement.
pub trait ToParam {
    /// The value as a parameter.
    fn to_param(&self) -> Param<'_>;
}

macro_rules! to_param {
    ($($type:ty => |$value:ident| $param:expr;)*) => {
        $(impl ToParam for $type {
            fn to_param(&self) -> Param<'_> {
                let $value = self;
                $param
            }
        })*
    };
}

to_param! {
    i64 => |v| Param::Int(*v);
    i32 => |v| Param::Int((*v).into());
    u32 => |v| Param::Int((*v).into());
    u64 => |v| Param::Int(i64::try_from(*v).unwrap_or(i64::MAX));
    usize => |v| Param::Int(i64::try_from(*v).unwrap_or(i64::MAX));
    f64 => |v| Param::Real(*v);
    bool => |v| Param::Bool(*v);
    str => |v| Param::Text(v);
    String => |v| Param::Text(v);
    [u8] => |v| Param::Bytes(v);
    Vec<u8> => |v| Param::Bytes(v);
    Uuid => |v| Param::Id(*v);
    Timestamp => |v| Param::Time(*v);
    Json => |v| Param::Owned(v.to_string());
    Vec<String> => |v| Param::Owned(Json::from(v.clone()).to_string());
}

impl<K> ToParam for Id<K> {
    fn to_param(&self) -> Param<'_> {
        Param::Id(self.uuid())
    }
}

impl<T: ToParam> ToParam for Option<T> {
    fn to_param(&self) -> Param<'_> {
        self.as_ref().map_or(Param::Null, ToParam::to_param)
    }
}

impl<T: ToParam + ?Sized> ToParam for &T {
    fn to_param(&self) -> Param<'_> {
        (**self).to_param()
    }
}

impl ToParam for Param<'_> {
    fn to_param(&self) -> Param<'_> {
        self.clone()
    }
}

/// Builds the parameter list of a statement: `params![id, name]` binds `$1` and `$2`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::ToParam::to_param(&$value)),*] };
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, Value};
        Ok(match self {
            Param::Null => ToSqlOutput::Owned(Value::Null),
            Param::Int(v) => ToSqlOutput::Owned(Value::Integer(*v)),
            Param::Real(v) => ToSqlOutput::Owned(Value::Real(*v)),
            Param::Bool(v) => ToSqlOutput::Owned(Value::Integer((*v).into())),
            Param::Text(v) => ToSqlOutput::Borrowed(ValueRef::Text(without_zero(v)?)),
            Param::Owned(v) => ToSqlOutput::Borrowed(ValueRef::Text(without_zero(v)?)),
            Param::Bytes(v) => ToSqlOutput::Borrowed(ValueRef::Blob(v)),
            Param::Id(v) => ToSqlOutput::Borrowed(ValueRef::Blob(v.as_bytes())),
            Param::Time(v) => ToSqlOutput::Owned(Value::Integer(v.micros())),
        })
    }
}

/// The bytes of a text that PostgreSQL would take, too.
fn without_zero(text: &str) -> rusqlite::Result<&[u8]> {
    if text.contains('\0') {
        return Err(rusqlite::Error::ToSqlConversionFailure("the zero character in a text".into()));
    }
    Ok(text.as_bytes())
}

/// PostgreSQL counts microseconds from 2000-01-01.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

impl postgres::types::ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        let is_json = *ty == Type::JSONB;
        match self {
            Param::Null => return Ok(IsNull::Yes),
            Param::Int(v) => match *ty {
                Type::INT2 => out.extend_from_slice(&i16::try_from(*v)?.to_be_bytes()),
                Type::INT4 => out.extend_from_slice(&i32::try_from(*v)?.to_be_bytes()),
                Type::INT8 => out.extend_from_slice(&v.to_be_bytes()),
                Type::FLOAT8 => out.extend_from_slice(&(*v as f64).to_be_bytes()),
                Type::NUMERIC => return Err("bind numbers to numeric columns as text and cast them".into()),
                _ => out.extend_from_slice(v.to_string().as_bytes()),
            },
            Param::Real(v) => match *ty {
                Type::FLOAT8 => out.extend_from_slice(&v.to_be_bytes()),
                Type::FLOAT4 => out.extend_from_slice(&(*v as f32).to_be_bytes()),
                _ => return Err(format!("a number with a fraction is bound where PostgreSQL expects {ty}").into()),
            },
            Param::Bool(v) => out.extend_from_slice(&[u8::from(*v)]),
            Param::Text(v) => text_bytes(v, is_json, out),
            Param::Owned(v) => text_bytes(v, is_json, out),
            Param::Bytes(v) => out.extend_from_slice(v),
            Param::Id(v) if *ty == Type::UUID => out.extend_from_slice(v.as_bytes()),
            Param::Id(v) => out.extend_from_slice(v.to_string().as_bytes()),
            Param::Time(v) if *ty == Type::TIMESTAMPTZ => {
                out.extend_from_slice(&v.micros().saturating_sub(POSTGRES_EPOCH_MICROS).to_be_bytes());
            }
            Param::Time(_) => return Err(format!("a time is bound where PostgreSQL expects {ty}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

fn text_bytes(text: &str, is_json: bool, out: &mut BytesMut) {
    if is_json {
        out.extend_from_slice(&[1]); // the version byte of jsonb's binary form
    }
    out.extend_from_slice(text.as_bytes());
}

/// One row of a result, as it is stepped through.
pub enum Row<'a> {
    /// A row of SQLite.
    Sqlite(&'a rusqlite::Row<'a>),
    /// A row of PostgreSQL.
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    /// The value of the column at `index`, from 0.
    ///
    /// # Errors
    /// `Internal` when the column does not hold such a value: the statement and the code disagree.
    pub fn get<T: FromColumn>(&self, index: usize) -> Result<T> {
        match self {
            Row::Sqlite(row) => {
                let value = row.get_ref(index).map_err(|e| Error::internal(format!("column {index}: {e}")))?;
                T::from_sqlite(value)
            }
            Row::Postgres(row) => {
                let raw: Raw<'_> = row.try_get(index).map_err(|e| Error::internal(format!("column {index}: {e}")))?;
                T::from_postgres(raw)
            }
        }
        .map_err(|e| e.with_context(format!("column {index} is not a {}", std::any::type_name::<T>())))
    }
}

/// A column of PostgreSQL in its binary form.
#[derive(Clone)]
pub struct Raw<'a> {
    ty: Type,
    bytes: Option<&'a [u8]>,
}

impl<'a> postgres::types::FromSql<'a> for Raw<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self { ty: ty.clone(), bytes: Some(raw) })
    }

    fn from_sql_null(ty: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self { ty: ty.clone(), bytes: None })
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Anything that can be read from a column of either engine.
pub trait FromColumn: Sized {
    /// Reads SQLite's value.
    ///
    /// # Errors
    /// `Internal` when the value has another type.
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self>;

    /// Reads PostgreSQL's value.
    ///
    /// # Errors
    /// `Internal` when the value has another type.
    fn from_postgres(raw: Raw<'_>) -> Result<Self>;
}

fn mismatch() -> Error {
    Error::internal("unexpected column type")
}

impl Raw<'_> {
    fn bytes(&self) -> Result<&[u8]> {
        self.bytes.ok_or_else(|| Error::internal("unexpected NULL"))
    }

    fn array<const N: usize>(&self) -> Result<[u8; N]> {
        self.bytes()?.try_into().map_err(|_| mismatch())
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self> {
        match value {
            ValueRef::Null => Ok(None),
            value => T::from_sqlite(value).map(Some),
        }
    }

    fn from_postgres(raw: Raw<'_>) -> Result<Self> {
        if raw.bytes.is_none() { Ok(None) } else { T::from_postgres(raw).map(Some) }
    }
}

impl FromColumn for i64 {
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self> {
        value.as_i64().map_err(|_| mismatch())
    }

    fn from_postgres(raw: Raw<'_>) -> Result<Self> {
        match raw.ty {
            Type::INT8 => Ok(i64::from_be_bytes(raw.array()?)),
            Type::INT4 => Ok(i32::from_be_bytes(raw.array()?).into()),
            Type::INT2 => Ok(i16::from_be_bytes(raw.array()?).into()),
            _ => Err(mismatch()),
        }
    }
}

macro_rules! narrow_int {
    ($($type:ty),*) => {
        $(impl FromColumn for $type {
            fn from_sqlite(value: ValueRef<'_>) -> Result<Self> {
                Self::try_from(i64::from_sqlite(value)?).map_err(|_| mismatch())
            }

            fn from_postgres(raw: Raw<'_>) -> Result<Self> {
                Self::try_from(i64::from_postgres(raw)?).map_err(|_| mismatch())
            }
        })*
    };
}
narrow_int!(i32, u32, u64);

impl FromColumn for f64 {
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self> {
        match value {
            ValueRef::Real(v) => Ok(v),
            ValueRef::Integer(v) => Ok(v as f64),
            _ => Err(mismatch()),
        }
    }

    fn from_postgres(raw: Raw<'_>) -> Result<Self> {
        match raw.ty {
            Type::FLOAT8 => Ok(f64::from_be_bytes(raw.array()?)),
            Type::FLOAT4 => Ok(f32::from_be_bytes(raw.array()?).into()),
            _ => i64::from_postgres(raw).map(|v| v as f64),
        }
    }
}

impl FromColumn for bool {
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self> {
        i64::from_sqlite(value).map(|v| v != 0)
    }

    fn from_postgres(raw: Raw<'_>) -> Result<Self> {
        match raw.ty {
            Type::BOOL => raw.array::<1>().map(|[byte]| byte != 0),
            _ => i64::from_postgres(raw).map(|v| v != 0),
        }
    }
}

impl FromColumn for String {
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self> {
        value.as_str().map(str::to_owned).map_err(|_| mismatch())
    }

    fn from_postgres(raw: Raw<'_>) -> Result<Self> {
        let bytes = raw.bytes()?;
        let text = match raw.ty {
            Type::JSONB => bytes.get(1..).unwrap_or_default(),
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::JSON | Type::UNKNOWN => bytes,
            _ => return Err(mismatch()),
        };
        std::str::from_utf8(text).map(str::to_owned).map_err(|_| mismatch())
    }
}

impl FromColumn for Json {
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self> {
        serde_json::from_str(value.as_str().map_err(|_| mismatch())?).map_err(Error::internal)
    }

    fn from_postgres(raw: Raw<'_>) -> Result<Self> {
        serde_json::from_str(&String::from_postgres(raw)?).map_err(Error::internal)
    }
}

impl FromColumn for Vec<String> {
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self> {
        serde_json::from_str(value.as_str().map_err(|_| mismatch())?).map_err(Error::internal)
    }

    fn from_postgres(raw: Raw<'_>) -> Result<Self> {
        serde_json::from_str(&String::from_postgres(raw)?).map_err(Error::internal)
    }
}

impl FromColumn for Vec<u8> {
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self> {
        value.as_blob().map(<[u8]>::to_vec).map_err(|_| mismatch())
    }

    fn from_postgres(raw: Raw<'_>) -> Result<Self> {
        raw.bytes().map(<[u8]>::to_vec)
    }
}

impl FromColumn for Uuid {
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self> {
        let bytes = value.as_blob().map_err(|_| mismatch())?;
        Uuid::from_slice(bytes).map_err(|_| mismatch())
    }

    fn from_postgres(raw: Raw<'_>) -> Result<Self> {
        if raw.ty == Type::UUID { raw.array().map(Uuid::from_bytes) } else { Err(mismatch()) }
    }
}

impl<K> FromColumn for Id<K> {
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self> {
        Uuid::from_sqlite(value).map(Self::from_uuid)
    }

    fn from_postgres(raw: Raw<'_>) -> Result<Self> {
        Uuid::from_postgres(raw).map(Self::from_uuid)
    }
}

impl FromColumn for Timestamp {
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self> {
        i64::from_sqlite(value).map(Self::from_micros)
    }

    fn from_postgres(raw: Raw<'_>) -> Result<Self> {
        if raw.ty != Type::TIMESTAMPTZ {
            return Err(mismatch());
        }
        raw.array().map(|bytes| Self::from_micros(i64::from_be_bytes(bytes).saturating_add(POSTGRES_EPOCH_MICROS)))
    }
}

/// Declares an enum that is text in the database, in JSON and in query strings, each value under its one name.
///
/// ```ignore
/// store::text_enum! {
///     /// Where a case stands in its life.
///     pub enum Phase { Intake = "intake", Active = "active" }
/// }
/// ```
#[macro_export]
macro_rules! text_enum {
    ($(#[doc = $doc:literal])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, $crate::serde::Serialize, $crate::serde::Deserialize)]
        #[serde(crate = "store::serde")]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value's name in the database and on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::kernel::Error;

            fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::kernel::Error::internal(format!("unknown {} {text:?}", stringify!($name)))),
                }
            }
        }

        // The derive does not see names that come through a macro.
        impl $crate::utoipa::PartialSchema for $name {
            fn schema() -> $crate::utoipa::openapi::RefOr<$crate::utoipa::openapi::Schema> {
                use $crate::utoipa::openapi::schema::{ObjectBuilder, Type};
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some([$($doc.trim()),*].join(" ")))
                    .enum_values(Some(Self::ALL.iter().map(|value| value.as_str())))
                    .into()
            }
        }
        impl $crate::utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }

        impl $crate::ToParam for $name {
            fn to_param(&self) -> $crate::Param<'_> {
                $crate::Param::Text(self.as_str())
            }
        }

        impl $crate::FromColumn for $name {
            fn from_sqlite(value: $crate::SqliteValue<'_>) -> $crate::kernel::Result<Self> {
                <String as $crate::FromColumn>::from_sqlite(value)?.parse()
            }

            fn from_postgres(raw: $crate::Raw<'_>) -> $crate::kernel::Result<Self> {
                <String as $crate::FromColumn>::from_postgres(raw)?.parse()
            }
        }
    };
}
