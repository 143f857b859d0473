//! Columns that share a width: all are there while they fit; when they do not, the one that matters least goes first,
//! whole. What is left over widens the others in order of need.

/// A column as wanted.
#[derive(Clone, Copy, Debug)]
pub struct Want {
    /// Cells before it.
    pub gap: u16,
    /// With less than this it is useless.
    pub least: u16,
    /// With this it shows what it usually holds.
    pub good: u16,
    /// More than this is of no use.
    pub most: u16,
    /// Who goes first: the highest. 0 never goes.
    pub rank: u8,
}

/// A column as placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// First cell, from the left end of the table.
    pub x: u16,
    /// Cells.
    pub width: u16,
}

/// Places columns in `width` cells; `None` for those that have no room.
#[must_use]
pub fn fit(wants: &[Want], width: u16) -> Vec<Option<Place>> {
    let mut kept: Vec<Option<u16>> = wants.iter().map(|want| Some(want.least)).collect();
    loop {
        let total = total(wants, &kept);
        let worst =
            (0..wants.len()).filter(|at| kept[*at].is_some() && wants[*at].rank > 0).max_by_key(|at| wants[*at].rank);
        match worst {
            Some(at) if total > width => kept[at] = None,
            _ => break,
        }
    }
    let mut spare = width.saturating_sub(total(wants, &kept));
    let mut order: Vec<usize> = (0..wants.len()).collect();
    order.sort_by_key(|at| wants[*at].rank);
    for target in [|want: &Want| want.good, |want: &Want| want.most] {
        for at in &order {
            if let Some(cells) = &mut kept[*at] {
                let more = target(&wants[*at]).saturating_sub(*cells).min(spare);
                *cells += more;
                spare -= more;
            }
        }
    }
    let mut x = 0;
    let mut first = true;
    wants
        .iter()
        .zip(kept)
        .map(|(want, cells)| {
            let cells = cells?;
            x += if first { 0 } else { want.gap };
            first = false;
            let place = Place { x, width: cells.min(width.saturating_sub(x)) };
            x += cells;
            Some(place)
        })
        .collect()
}

fn total(wants: &[Want], kept: &[Option<u16>]) -> u16 {
    let mut sum = 0u16;
    let mut first = true;
    for (want, cells) in wants.iter().zip(kept) {
        if let Some(cells) = cells {
            sum += cells + if first { 0 } else { want.gap };
            first = false;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WANTS: [Want; 3] = [
        Want { gap: 0, least: 8, good: 12, most: 20, rank: 0 },
        Want { gap: 2, least: 10, good: 16, most: 28, rank: 2 },
        Want { gap: 2, least: 4, good: 4, most: 4, rank: 1 },
    ];

    #[test]
    fn the_least_wanted_column_goes_first_and_the_rest_is_shared() {
        let at = |width| fit(&WANTS, width).into_iter().map(|place| place.map(|place| place.width)).collect::<Vec<_>>();
        assert_eq!(at(26), [Some(8), Some(10), Some(4)]);
        assert_eq!(at(30), [Some(12), Some(10), Some(4)]);
        assert_eq!(at(25), [Some(19), None, Some(4)]);
        assert_eq!(at(13), [Some(13), None, None]);
        assert_eq!(at(5), [Some(5), None, None]);
    }

    proptest! {
        #[test]
        fn no_column_reaches_over_the_end(width in 0u16..200) {
            for place in fit(&WANTS, width).into_iter().flatten() {
                prop_assert!(place.x + place.width <= width);
            }
        }
    }
}
