//! The one binary.

fn main() -> std::process::ExitCode {
    almanac::main()
}
