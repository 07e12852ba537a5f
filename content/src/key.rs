//! The number that stands for an item's id on the device.

/// CRC-16/IBM-3740 of an id: polynomial 0x1021, start 0xFFFF, bits from the top, nothing inverted at the end.
///
/// It depends on the id alone, so journals of one version of a pack still name the item in the next.
pub fn key(id: &str) -> u16 {
    id.bytes().fold(0xFFFF, |sum, byte| {
        (0..8).fold(sum ^ (u16::from(byte) << 8), |sum: u16, _| {
            let carry = sum & 0x8000 != 0;
            (sum << 1) ^ if carry { 0x1021 } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_key_is_the_catalogued_crc() {
        assert_eq!(super::key("123456789"), 0x29B1);
    }
}
