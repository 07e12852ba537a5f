extern crate std;

use super::*;
use embedded_graphics::Pixel;
use embedded_graphics::geometry::{OriginDimensions, Point};

/// Dots of one colour.
struct Dots {
    lit: std::vec::Vec<Point>,
}

impl OriginDimensions for Dots {
    fn size(&self) -> Size {
        Size::new(128, 64)
    }
}

impl DrawTarget for Dots {
    type Color = BinaryColor;
    type Error = core::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(&mut self, dots: I) -> Result<(), Self::Error> {
        self.lit.extend(dots.into_iter().filter(|dot| dot.1 == BinaryColor::On).map(|dot| dot.0));
        Ok(())
    }
}

#[test]
fn chinese_stays_in_its_box_line_by_line() {
    for (set, height) in [(Type::Large, 36), (Type::Dense, 20)] {
        let room = Size::new(96, height);
        let text = if height == 36 {
            "他很高兴，国王笑了。"
        } else {
            "他今天很高兴，国王高兴地笑了。"
        };
        let fitted = fit_as(text, set, room).expect("two lines");
        assert!(fitted.whole && fitted.height > height * 3 / 4, "two lines");
        let mut dots = Dots { lit: std::vec::Vec::new() };
        let area = Rectangle::new(Point::new(10, 12), room);
        let _: Result<(), _> = fitted.draw(area, Tint::Text, HorizontalAlignment::Left, &mut dots);
        let out: std::vec::Vec<_> = dots.lit.iter().filter(|dot| !area.contains(**dot)).collect();
        let top = dots.lit.iter().map(|dot| dot.y).min();
        assert!(top.is_some_and(|top| top - area.top_left.y <= 1), "{top:?}");
        assert!(out.is_empty() && dots.lit.len() > 200, "{out:?}");
    }
}

#[test]
fn no_line_begins_with_a_mark_that_closes() {
    let text = chinese::breakable("“好！”他说OK。").expect("short");
    let parts: std::vec::Vec<_> = text.split(chinese::BREAK).collect();
    assert_eq!(parts, ["“好！”", "他", "说", "OK。"]);
}
