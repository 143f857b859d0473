//! Checks of objects before any request.
