//! A ZIP archive of a few small files, stored as they are (APPNOTE.TXT 6.3.10 §4.3).

/// Midnight of the first day that the format knows: the files are of no date of their own.
const DAY: u16 = 0x21;

/// Names are UTF-8 (§4.4.4, bit 11).
const FLAGS: u16 = 0x0800;

/// What the format takes: version 2.0, no compression.
const VERSION: u16 = 20;

/// The archive of these files, by name.
pub(super) fn zip(files: &[(String, String)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let offset = size(archive.len());
        let about = about(name, text);
        archive.extend(0x0403_4b50_u32.to_le_bytes());
        archive.extend(&about);
        archive.extend(name.as_bytes());
        archive.extend(text.as_bytes());
        directory.extend(0x0201_4b50_u32.to_le_bytes());
        directory.extend(VERSION.to_le_bytes());
        directory.extend(&about);
        // No comment, the first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(files.len()).unwrap_or(u16::MAX);
    let start = size(archive.len());
    let length = size(directory.len());
    archive.extend(directory);
    archive.extend(0x0605_4b50_u32.to_le_bytes());
    archive.extend([0; 4]);
    for one in [count, count] {
        archive.extend(one.to_le_bytes());
    }
    for one in [length, start] {
        archive.extend(one.to_le_bytes());
    }
    archive.extend([0; 2]);
    archive
}

/// What the archive says of a file before it and in its directory alike.
fn about(name: &str, text: &str) -> Vec<u8> {
    let mut about = Vec::new();
    for one in [VERSION, FLAGS, 0, 0, DAY] {
        about.extend(one.to_le_bytes());
    }
    let length = size(text.len());
    for one in [crc32(text.as_bytes()), length, length] {
        about.extend(one.to_le_bytes());
    }
    let name = u16::try_from(name.len()).unwrap_or(u16::MAX);
    for one in [name, 0] {
        about.extend(one.to_le_bytes());
    }
    about
}

fn size(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The checksum of the format: CRC-32 of ISO 3309.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| match crc & 1 {
        1 => (crc >> 1) ^ 0xedb8_8320,
        _ => crc >> 1,
    };
    let each = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), step);
    !bytes.iter().fold(u32::MAX, each)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_the_format() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn an_archive_has_its_files_and_where_they_are() {
        let files = [("a/b.xml", "<b/>"), ("c", "")];
        let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));

        let archive = zip(&files);

        // Each local header has 30 bytes and its name, each of the directory 46, and the end 22.
        assert_eq!(
            archive.len(),
            (30 + 7 + 4) + (30 + 1) + 46 + 7 + 46 + 1 + 22
        );
        let end = &archive[archive.len() - 22..];
        assert_eq!(&end[8..12], [2, 0, 2, 0]);
        assert_eq!(&end[12..20], [100, 0, 0, 0, 72, 0, 0, 0]);
    }
}
