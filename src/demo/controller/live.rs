//! The controllers in real time: does what is due, then sleeps until the next job or the next change.

use crate::demo::scenario::Played;

/// How many jobs are done before others on the same thread get a turn.
const TURN: usize = 64;

/// Runs the controllers and the rest of the script until dropped.
pub async fn run(played: Played) {
    let Played { world, script, mut driver } = played;
    driver.live = true;
    driver.script(script);
    let clock = world.clock.clone();
    let mut news: Vec<_> = world.clusters.iter().map(|cluster| cluster.store.subscribe()).collect();
    loop {
        for news in &mut news {
            news.borrow_and_update();
        }
        let mut due = driver.next_due();
        for _ in 0..TURN {
            if due.is_none_or(|due| due > clock.now()) {
                break;
            }
            driver.work();
            due = driver.next_due();
        }
        if due.is_some_and(|due| due <= clock.now()) {
            tokio::task::yield_now().await;
            continue;
        }
        let changed = futures::future::select_all(news.iter_mut().map(|news| Box::pin(news.changed())));
        let sleep = async {
            match due {
                Some(due) => clock.sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = changed => {}
            () = sleep => {}
        }
    }
}
