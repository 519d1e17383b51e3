//! The machines in a simulated cluster: whatever can go wrong between them goes wrong.
//!
//! A run is a list of steps, and the seed is the run. Where a check fails, steps are left out for as long as it still
//! fails, and what is left is printed.

mod cases;
mod run;
mod search;
mod tests;
mod world;
