//! Terms: the finest time that leaves a device.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A third of a calendar year: January to April, May to August, September to December.
///
/// Schools have terms of their own, but a device that kept to its school's would tell where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period(u16);

/// A day before 1970 or after the last period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the day is in no term; set the clock")]
pub struct DaysOutOfRange;

// How a year is cut.
const THIRDS: u16 = 3;
const MONTHS_OF_A_THIRD: u16 = 4;
const FIRST_YEAR: i64 = 1970;

impl Period {
    /// The period of this number: thirds of a year since the beginning of 1970.
    pub const fn new(thirds: u16) -> Self {
        Self(thirds)
    }

    /// Thirds of a year since the beginning of 1970.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The period in which a day lies.
    ///
    /// # Errors
    /// When it is after the last one that has a number.
    pub fn of_day(days_since_1970: u32) -> Result<Self, DaysOutOfRange> {
        let (year, month) = year_and_month(i64::from(days_since_1970));
        let thirds = (year - FIRST_YEAR) * i64::from(THIRDS) + (month - 1) / i64::from(MONTHS_OF_A_THIRD);
        u16::try_from(thirds).map(Self).map_err(|_| DaysOutOfRange)
    }

    /// The calendar year.
    pub const fn year(self) -> u32 {
        FIRST_YEAR as u32 + (self.0 / THIRDS) as u32
    }

    /// Which third of the year, from 1 to 3.
    pub const fn third(self) -> u16 {
        self.0 % THIRDS + 1
    }

    /// Days since 1970-01-01 of its first day and of the first day after it.
    pub fn days(self) -> (u32, u32) {
        let start = |period: u32| {
            let year = FIRST_YEAR + i64::from(period / u32::from(THIRDS));
            let month = i64::from(period % u32::from(THIRDS)) * i64::from(MONTHS_OF_A_THIRD) + 1;
            day_of(year, month) as u32
        };
        (start(u32::from(self.0)), start(u32::from(self.0) + 1))
    }

    /// The one after it, if that has a number.
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

/// As in `2026-3`, the last third of 2026.
impl fmt::Display for Period {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}-{}", self.year(), self.third())
    }
}

/// Days from 1970-01-01 to the first of a month; proleptic Gregorian calendar.
fn day_of(year: i64, month: i64) -> i64 {
    // Years begin in March here, so that the leap day is the last of a year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days_before_month = (153 * month + 2) / 5;
    // 1970-01-01 is 719 468 days after the first of March of the year 0.
    year * 365 + leap_days + days_before_month - 719_468
}

fn year_and_month(day: i64) -> (i64, i64) {
    // No estimate by the mean length of a year is off by more than one.
    let mut year = FIRST_YEAR + day * 400 / 146_097;
    if day_of(year, 1) > day {
        year -= 1;
    }
    if day_of(year + 1, 1) <= day {
        year += 1;
    }
    let month = (1..=12).rev().find(|month| day_of(year, *month) <= day).unwrap_or(1);
    (year, month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_thirds_of_the_calendar_year() {
        // `date -u -d 2026-09-01 +%s` / 86400, and so on.
        for (day, written) in [
            (0, "1970-1"),
            (119, "1970-1"),
            (120, "1970-2"),
            (20_454, "2026-1"),
            (20_573, "2026-1"),
            (20_574, "2026-2"),
            (20_696, "2026-2"),
            (20_697, "2026-3"),
            (20_818, "2026-3"),
            (20_819, "2027-1"),
        ] {
            assert_eq!(Period::of_day(day).expect("in range").to_string(), written, "day {day}");
        }
    }

    #[test]
    fn every_day_lies_in_its_period_and_none_is_left_out() {
        let mut last = Period::new(0);
        for day in 0..120_000 {
            let period = Period::of_day(day).expect("in range");
            let (first, after) = period.days();
            assert!((first..after).contains(&day) && (118..=125).contains(&(after - first)), "{day}");
            assert!(period == last || Some(period) == last.next(), "{day}");
            last = period;
        }
        assert_eq!(Period::of_day(u32::MAX), Err(DaysOutOfRange));
    }
}
