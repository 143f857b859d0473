//! Recordings: JSON lines of watch events, optionally gzip or zstd compressed.
