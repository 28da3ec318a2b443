//! What the linker has to know about a module that Node loads.

fn main() {
    napi_build::setup();
}
