// The shop that the tests of the border are about.

export const TEXT = `program "Corner Shop" { currency EUR  timezone "Europe/Berlin"  version 3 }
event order { promised instant?  due date? }
wallet points { expire 12 months after earning }
rule base on order { earn 1 points per 1 EUR of order.subtotal }
rule lines on order { earn 1 points per 1 of sum(order.lines.quantity where category == "coffee") }
rule soon on order when order.promised <= 2027-01-01T00:00Z { earn 1 points }
rule dated on order when order.due <= 2027-01-01 { earn 1 points }
test "ten" { on order { subtotal 10.00 EUR }  expect earned == 10 points }
test "wrong" { on order { subtotal 10.00 EUR }  expect earned == 11 points }
`;
export const JOINED = "2026-01-01T00:00:00Z";
export const ORDER = { type: "order", id: "o-1", member: "m-1", at: "2026-11-21T10:00:00+01:00", subtotal: "37.50" };
export const EVENT = JSON.stringify(ORDER);
