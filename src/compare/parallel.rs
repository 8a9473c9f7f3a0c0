//! Work in parallel threads. The result does not depend on the number of threads.

use std::num::NonZero;
use std::thread;

/// For this many items or fewer, starting threads is not worth it.
const FEW: usize = 20_000;

/// The maximum number of threads: more of them would wait for memory.
const MOST: usize = 4;

/// Splits the items into consecutive parts and does the work for each part in its own thread. The results are in the
/// order of the items. A part begins only with an item for which `begins` is true. The work gets the number of items
/// before its part.
pub(super) fn in_parts<'a, T: Sync, R: Send>(
    items: &'a [T],
    begins: impl Fn(&T) -> bool,
    work: impl Fn(usize, &'a [T]) -> R + Sync,
) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST);
    if items.len() <= FEW || threads == 1 {
        return vec![work(0, items)];
    }
    let work = &work;
    thread::scope(|scope| {
        let mut rest = items;
        let mut running = Vec::new();
        for left in (1..=threads).rev() {
            let about = rest.len() / left;
            let more = rest[about..].iter().position(&begins).unwrap_or(rest.len() - about);
            let (part, after) = rest.split_at(if left == 1 { rest.len() } else { about + more });
            let before = items.len() - rest.len();
            rest = after;
            running.push(scope.spawn(move || work(before, part)));
        }
        running
            .into_iter()
            .map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_in_one_part_and_parts_begin_at_allowed_items() {
        for (count, every) in [
            (0, 1),
            (FEW, 3),
            (FEW + 1, 1),
            (FEW * 3, 7),
            (FEW * 2, FEW * 2),
            (FEW * 4, FEW * 3),
        ] {
            let items: Vec<usize> = (0..count).collect();
            let parts = in_parts(
                &items,
                |item| item % every == 0,
                |before, part| {
                    assert!(part.first().is_none_or(|first| *first == before));
                    part.to_vec()
                },
            );
            assert_eq!(parts.concat(), items, "{count} items, {every}");
            for part in parts.iter().filter(|part| !part.is_empty()) {
                assert_eq!(part[0] % every, 0, "{count} items, {every}");
            }
        }
    }
}
