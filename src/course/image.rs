//! How large an image is, read off its first bytes, so that pages do not jump while images load.

/// Width and height in CSS pixels; `None` if the bytes are no image of the format that the name says.
pub(crate) fn size(path: &str, bytes: &[u8]) -> Option<(u32, u32)> {
    match path.rsplit('.').next().unwrap_or_default() {
        "svg" => svg(std::str::from_utf8(bytes).ok()?),
        "png" => png(bytes),
        "jpg" | "jpeg" => jpeg(bytes),
        "webp" => webp(bytes),
        _ => None,
    }
}

/// Whether the name is that of an image.
pub(crate) fn is_image(path: &str) -> bool {
    ["svg", "png", "jpg", "jpeg", "webp"].iter().any(|e| path.rsplit('.').next() == Some(e))
}

fn svg(text: &str) -> Option<(u32, u32)> {
    let tag = &text[text.find("<svg")?..];
    let tag = &tag[..tag.find('>')?];
    let attribute = |name: &str| {
        let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        tag[at..].split('"').next()
    };
    let length = |name: &str| attribute(name)?.trim_end_matches("px").parse::<f64>().ok();
    let boxed = || {
        let numbers: Vec<f64> = attribute("viewBox")?.split([' ', ',']).filter(|n| !n.is_empty()).filter_map(|n| n.parse().ok()).collect();
        Some((*numbers.get(2)?, *numbers.get(3)?))
    };
    let (width, height) = length("width").zip(length("height")).or_else(boxed)?;
    let whole = |x: f64| (1.0..1e6).contains(&x).then_some(x.ceil());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be from 1 to a million")]
    Some((whole(width)? as u32, whole(height)? as u32))
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    let good = bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(12..16) == Some(b"IHDR");
    good.then(|| Some((big(bytes, 16)?, big(bytes, 20)?)))?
}

fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = bytes.starts_with(&[0xFF, 0xD8]).then_some(2)?;
    loop {
        let (marker, kind) = (*bytes.get(at)?, *bytes.get(at + 1)?);
        if marker != 0xFF {
            return None;
        }
        let short = |i: usize| Some(u32::from(u16::from_be_bytes(bytes.get(i..i + 2)?.try_into().ok()?)));
        // Start of frame, all kinds but the tables in the same range.
        if (0xC0..=0xCF).contains(&kind) && ![0xC4, 0xC8, 0xCC].contains(&kind) {
            return Some((short(at + 7)?, short(at + 5)?));
        }
        at += if kind == 0xFF { 1 } else { 2 + short(at + 2)? as usize };
    }
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    if !bytes.starts_with(b"RIFF") || bytes.get(8..12)? != b"WEBP" {
        return None;
    }
    let little = |at: usize, n: usize| Some(bytes.get(at..at + n)?.iter().rev().fold(0_u32, |sum, b| (sum << 8) | u32::from(*b)));
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(24, 3)? + 1, little(27, 3)? + 1)),
        b"VP8L" => little(21, 4).map(|bits| ((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1)),
        b"VP8 " => Some((little(26, 2)? & 0x3FFF, little(28, 2)? & 0x3FFF)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn svg_sizes_come_from_its_own_size_or_its_view_box() {
        assert_eq!(size("a.svg", b"<?xml version=\"1.0\"?><svg width=\"120.5px\" height=\"60\">"), Some((121, 60)));
        assert_eq!(size("a.svg", b"<svg xmlns=\"x\" width=\"100%\" viewBox=\"0 0 640 480\">"), Some((640, 480)));
        assert_eq!(size("a.svg", b"<p>no</p>"), None);
        assert_eq!(size("a.svg", b"<svg viewBox=\"0 0 0 0\">"), None);
    }

    #[test]
    fn png_sizes_come_from_the_header() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR".to_vec();
        png.extend([0, 0, 1, 0, 0, 0, 0, 200]);
        assert_eq!(size("a.png", &png), Some((256, 200)));
        assert_eq!(size("a.png", &png[..18]), None);
        assert_eq!(size("a.png", b"GIF89a"), None);
    }

    #[test]
    fn jpeg_sizes_come_from_the_frame_behind_other_segments() {
        let jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 9, 9, 0xFF, 0xC2, 0, 11, 8, 0, 30, 0, 40, 1];
        assert_eq!(size("a.jpg", &jpeg), Some((40, 30)));
        assert_eq!(size("a.jpg", &jpeg[..12]), None);
    }

    #[test]
    fn webp_sizes_come_from_all_three_kinds() {
        let chunk = |name: &[u8; 4], body: &[u8]| [b"RIFF\0\0\0\0WEBP", name.as_slice(), &[0; 4], body].concat();
        assert_eq!(size("a.webp", &chunk(b"VP8X", &[0, 0, 0, 0, 99, 0, 0, 49, 0, 0])), Some((100, 50)));
        assert_eq!(size("a.webp", &chunk(b"VP8 ", &[0, 0, 0, 0, 0, 0, 100, 0, 50, 0])), Some((100, 50)));
        let bits: u32 = 99 | (49 << 14);
        assert_eq!(size("a.webp", &chunk(b"VP8L", &[&[0x2F], bits.to_le_bytes().as_slice()].concat())), Some((100, 50)));
        assert_eq!(size("a.webp", b"RIFF"), None);
    }
}
