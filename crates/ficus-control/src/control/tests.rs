mod faults;
mod restart;
mod script;
mod shell;
mod world;
