//! What is sent, and what may come back.

use proptest::prelude::*;

use super::*;

#[test]
fn a_message_escapes_what_the_platform_gave_us() {
    let sourced_id = "{\"data\":{\"a\":\"<b>&amp;\"},\"hash\":\"\u{1}x\"}";
    let xml = String::from_utf8(message(Ask::Replace(87.5), "m-1", sourced_id).unwrap()).unwrap();
    assert!(xml.contains("<replaceResultRequest>") && xml.contains("<textString>0.875</textString>"), "{xml}");
    assert!(xml.contains("&lt;b&gt;&amp;amp;") && !xml.contains('\u{1}') && xml.contains("<imsx_messageIdentifier>m-1<"), "{xml}");
    for (percent, text) in [(0.0, "0.0"), (100.0, "1.0"), (33.333_333, "0.333333"), (-5.0, "0.0"), (120.0, "1.0"), (50.0, "0.5")] {
        let xml = String::from_utf8(message(Ask::Replace(percent), "m", "s").unwrap()).unwrap();
        assert!(xml.contains(&format!("<textString>{text}</textString>")), "{percent}: {xml}");
    }
    for (ask, name) in [(Ask::Read, "readResultRequest"), (Ask::Delete, "deleteResultRequest")] {
        let xml = String::from_utf8(message(ask, "m", "s").unwrap()).unwrap();
        assert!(xml.contains(name) && !xml.contains("resultScore"), "{xml}");
    }
}

fn reply(code: &str, more: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><imsx_POXEnvelopeResponse xmlns=\"http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0\">\
         <imsx_POXHeader><imsx_POXResponseHeaderInfo><imsx_statusInfo><imsx_codeMajor>{code}</imsx_codeMajor>\
         <imsx_description>It &quot;is&#32;so&quot;</imsx_description></imsx_statusInfo></imsx_POXResponseHeaderInfo></imsx_POXHeader>\
         <imsx_POXBody>{more}</imsx_POXBody></imsx_POXEnvelopeResponse>"
    )
}

#[test]
fn an_answers_code_is_what_counts() {
    let score = "<readResultResponse><result><resultScore><language>en</language><textString>0.91</textString></resultScore></result></readResultResponse>";
    let outcome = answer(reply("success", score).as_bytes()).unwrap();
    assert_eq!((outcome.code, outcome.percent, outcome.description.as_str()), (CodeMajor::Success, Some(91.0), "It \"is so\""));
    let prefixed = reply("success", score).replace("<imsx_", "<a:imsx_").replace("</imsx_", "</a:imsx_");
    assert_eq!(answer(prefixed.as_bytes()).unwrap().code, CodeMajor::Success);
    for (text, code) in [
        ("Success", CodeMajor::Success),
        (" failure ", CodeMajor::Failure),
        ("unsupported", CodeMajor::Unsupported),
        ("processing", CodeMajor::Processing),
    ] {
        assert_eq!(answer(reply(text, "").as_bytes()).unwrap().code, code);
    }
    for empty in ["", "NaN", "inf", "high"] {
        let xml = reply("success", &format!("<textString>{empty}</textString>"));
        assert_eq!(answer(xml.as_bytes()).unwrap().percent, None, "{empty}");
    }
}

#[test]
fn entities_bombs_and_pages_are_no_answers() {
    let lol: String = (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let bomb = format!("<!DOCTYPE x [<!ENTITY l0 \"lol\">{lol}]>{}", reply("&l9;", ""));
    let external = format!("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>{}", reply("success", "&e;"));
    for (what, body, expected) in [
        ("billion laughs", bomb, Unreadable::Entities),
        ("external entity", external, Unreadable::Entities),
        ("undeclared entity", reply("success", "&nbsp;"), Unreadable::Entities),
        ("a bad character", reply("success", "&#x0;"), Unreadable::Xml),
        ("cut short", reply("success", "").replace("</imsx_POXEnvelopeResponse>", ""), Unreadable::Xml),
        ("a page", "<html><body><p>Log in</body></html>".to_owned(), Unreadable::Xml),
        ("another page", "<html><body>Log in</body></html>".to_owned(), Unreadable::NoCode),
        ("nothing", String::new(), Unreadable::NoCode),
        ("another code", reply("perhaps", ""), Unreadable::NoCode),
        ("too long", reply("success", &"x".repeat(70_000)), Unreadable::TooLong),
    ] {
        assert_eq!(answer(body.as_bytes()), Err(expected), "{what}");
    }
    assert!(answer(&[0xff, 0xfe, b'<']).is_err());
}

proptest! {
    #[test]
    fn no_answer_panics(body in proptest::collection::vec(any::<u8>(), 0..300), xml in "(<[a-z!/?]{0,8}[^>]{0,8}>?|&[a-z#0-9]{0,6};?|imsx_codeMajor){0,30}") {
        let _ = answer(&body);
        let _ = answer(xml.as_bytes());
    }
}
