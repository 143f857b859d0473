//! The log as a file: what stands in it, and what it refuses.

use super::*;
