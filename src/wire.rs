//! The wire form's macros: how a type gets its text form and its place in JSON.
//!
//! Every `Deserialize` of this crate goes through [`quiet`], so that no message repeats what it could not read.

#[cfg(feature = "serde")]
pub(crate) mod entries;
#[cfg(feature = "serde")]
pub(crate) mod quiet;
#[cfg(feature = "serde")]
mod version;

/// Gives a type its `Deserialize` by way of a private form, which is read quietly and then checked by `TryFrom`.
#[cfg(feature = "serde")]
macro_rules! read_as {
    ($type:ty, $form:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let form: $form = $crate::wire::quiet::read(deserializer)?;
                Self::try_from(form).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Declares a type whose wire form is what serde derives (enums externally tagged, in snake_case), but read quietly.
///
/// serde derives the reading for a private twin of the type, which the same tokens declare. Without `expecting`, its
/// refusals would name that twin.
macro_rules! wire {
    ($(#[$meta:meta])* pub $kind:tt $name:ident { $($body:tt)* }) => {
        $(#[$meta])*
        #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
        pub $kind $name { $($body)* }

        #[cfg(feature = "serde")]
        const _: () = {
            type Original = $name;

            $(#[$meta])*
            #[derive(serde::Deserialize)]
            #[serde(remote = "Original", rename_all = "snake_case", deny_unknown_fields, expecting = "an object")]
            $kind Twin { $($body)* }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    $crate::wire::quiet::quietly(deserializer, |quiet| Twin::deserialize(quiet))
                }
            }
        };
    };
}

/// Gives a type with `FromStr` and `as_str` or `Display` its text form: `TryFrom<&str>` and a string on the wire.
macro_rules! text_form {
    ($type:ty, $error:ty, $expected:literal) => {
        impl TryFrom<&str> for $type {
            type Error = $error;

            fn try_from(text: &str) -> Result<Self, $error> {
                text.parse()
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::quiet::read_text(deserializer, $expected)
            }
        }
    };
}

#[cfg(feature = "serde")]
pub(crate) use {read_as, version::Version};
pub(crate) use {text_form, wire};
