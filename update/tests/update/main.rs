//! Updates as a device meets them: genuine ones, forged ones, and the power going at any moment.

mod attacks;
mod cutting;
mod life;
mod maker;
mod network;
mod power;
