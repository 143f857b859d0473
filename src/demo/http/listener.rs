//! The listener: one loopback port for all clusters. It can stop and listen again while the world lives on, as if the
//! API servers had been killed and started.

use super::router::Server;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::Sender as Reply;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch::{Receiver, Sender};

/// An order to the listener; the reply comes when it is carried out.
#[derive(Debug)]
pub(crate) enum Order {
    /// Close the port, cut all connections.
    Stop(Reply<io::Result<()>>),
    /// Open the same port again.
    Open(Reply<io::Result<()>>),
}

/// Serves until the orders' sender is gone.
pub(crate) async fn run(
    server: Arc<Server>,
    listener: TcpListener,
    address: SocketAddr,
    mut orders: UnboundedReceiver<Order>,
) {
    let cut = Sender::new(0_u64);
    let mut listener = Some(listener);
    loop {
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = accepted => {
                if let Ok((stream, _)) = accepted {
                    tokio::spawn(connection(server.clone(), stream, cut.subscribe()));
                }
            }
            order = orders.recv() => match order {
                None => return,
                Some(Order::Stop(reply)) => {
                    listener = None;
                    cut.send_modify(|times| *times += 1);
                    // The connections' tasks end at their next turn.
                    tokio::task::yield_now().await;
                    let _ = reply.send(Ok(()));
                }
                Some(Order::Open(reply)) => {
                    let opened = if listener.is_some() { Ok(None) } else { TcpListener::bind(address).await.map(Some) };
                    let _ = reply.send(match opened {
                        Ok(opened) => {
                            listener = opened.or(listener.take());
                            Ok(())
                        }
                        Err(error) => Err(error),
                    });
                }
            },
        }
    }
}

async fn connection(server: Arc<Server>, stream: TcpStream, mut cut: Receiver<u64>) {
    // Small writes must not wait for others: an event is news.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| server.clone().serve(request));
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // A client that goes away, or a fault: neither is anyone's business here.
        _ = served => {}
        _ = cut.changed() => {}
    }
}
