//! Each phase by itself: `cargo bench -p benches`. Ratios against hand-written code come from the `report` binary.

use std::hint::black_box;

use benches::{ORDER, by_hand, many_rules, order, real_program, ten_rules};
use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use loyalty_core::{Event, Instant, Program};

fn compiling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(10);
    for rules in [10, 1_000, 10_000] {
        let text = many_rules(rules);
        group.bench_with_input(BenchmarkId::new("parse", rules), &text, |bencher, text| {
            bencher.iter(|| loyalty_core::syntax::parse(black_box(text)));
        });
        let (file, _) = loyalty_core::syntax::parse(&text);
        group.bench_with_input(BenchmarkId::new("check", rules), &file, |bencher, file| {
            bencher.iter(|| loyalty_core::check::check(black_box(file)));
        });
        group.bench_with_input(BenchmarkId::new("parse, check and plan", rules), &text, |bencher, text| {
            bencher.iter(|| Program::compile(black_box(text)).is_ok());
        });
    }
    group.finish();
}

fn evaluating(criterion: &mut Criterion) {
    let hand = order();
    criterion.bench_function("ten rules by hand", |bencher| bencher.iter(|| by_hand(black_box(&hand))));
    let programs = [("ten rules", ten_rules()), ("a real program", real_program())];
    let programs = programs.into_iter().chain([100, 1_000, 10_000].map(|rules| ("many rules", many_rules(rules))));
    for (name, text) in programs {
        let Ok(program) = Program::compile(&text) else { continue };
        let Some(at) = Instant::parse("2026-01-01T00:00:00Z") else { continue };
        let Ok(member) = program.enroll("m-1", at) else { continue };
        let Ok(event) = program.decode(ORDER.as_bytes()) else { continue };
        let label = format!("{name} ({} bytes of text)", text.len());
        criterion.bench_function(&format!("rate: {label}"), |bencher| {
            bencher.iter(|| program.rate(&member, black_box(&event)).is_ok());
        });
        criterion.bench_function(&format!("apply: {label}"), |bencher| {
            bencher.iter_batched_ref(
                || member.clone(),
                |member| program.apply_event(member, black_box(&event)).is_ok(),
                BatchSize::SmallInput,
            );
        });
    }
}

fn around(criterion: &mut Criterion) {
    let Ok(program) = Program::compile(&real_program()) else { return };
    let (Some(at), Some(later)) = (Instant::parse("2026-01-01T00:00:00Z"), Instant::parse("2028-01-01T00:00:00Z"))
    else {
        return;
    };
    let Ok(mut member) = program.enroll("m-1", at) else { return };
    let mut event = Event::default();
    criterion.bench_function("decode 660 bytes of JSON", |bencher| {
        bencher.iter(|| program.decode_into(black_box(ORDER.as_bytes()), &mut event).is_ok());
    });
    if program.apply(&mut member, ORDER).is_err() {
        return;
    }
    criterion.bench_function("advance over two years", |bencher| {
        bencher.iter_batched_ref(
            || member.clone(),
            |member| program.advance(member, later).is_ok(),
            BatchSize::SmallInput,
        );
    });
    criterion.bench_function("save as bytes", |bencher| bencher.iter(|| program.save_binary(black_box(&member))));
    let bytes = program.save_binary(&member);
    criterion.bench_function("load bytes", |bencher| bencher.iter(|| program.load_binary(black_box(&bytes)).is_ok()));
}

criterion_group!(benches, compiling, evaluating, around);
criterion_main!(benches);
