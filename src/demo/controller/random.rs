//! Chance that repeats: numbers and name suffixes from a seed, so that a run with the same seed is the same run.

/// The letters that Kubernetes uses in made names: no vowels, nothing that looks like another letter.
const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// A stream of numbers (splitmix64).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A stream from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x005e_ed0f_7072_6f67)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// A number from `low` up to, not including, `high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high - low).unwrap_or(1).max(1);
        low + i64::try_from(self.next() % width).unwrap_or(0)
    }

    /// A suffix such as `46tdj`.
    pub fn suffix(&mut self) -> String {
        (0..5).map(|_| char::from(LETTERS[usize::try_from(self.next() % 27).unwrap_or(0)])).collect()
    }
}

/// 64 hexadecimal digits made from a text, as image digests and container ids have.
#[must_use]
pub fn digest(text: &str) -> String {
    let mut random = Random::new(text.bytes().fold(0, |sum: u64, byte| sum.rotate_left(9) ^ u64::from(byte)));
    let parts = [random.next(), random.next(), random.next(), random.next()];
    format!("{:016x}{:016x}{:016x}{:016x}", parts[0], parts[1], parts[2], parts[3])
}

/// A hash in the form that pod template hashes have: FNV-1a, 32 bits, its decimal digits in safe letters.
#[must_use]
pub fn safe_hash(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    hash.to_string().bytes().map(|digit| char::from(LETTERS[usize::from(digit) % 27])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_looks_like_a_pod_template_hash() {
        for text in ["", "a", "argoproj/rollouts-demo:blue"] {
            let hash = safe_hash(text.as_bytes());
            assert!((1..=10).contains(&hash.len()), "{hash}");
            assert!(hash.bytes().all(|letter| LETTERS.contains(&letter)), "{hash}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_stream() {
        let (mut a, mut b, mut c) = (Random::new(7), Random::new(7), Random::new(8));
        let names: Vec<String> = (0..9).map(|_| a.suffix()).collect();
        assert_eq!(names, (0..9).map(|_| b.suffix()).collect::<Vec<_>>());
        assert_ne!(names[0], c.suffix());
    }
}
