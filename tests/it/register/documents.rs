//! What platforms read about us at addresses that stay.

use crate::{databases::sqlite, house, house::Browser};

#[test]
fn canvas_reads_its_configuration_by_address() {
    sqlite(async |db| {
        let address = house::serve(&db.store, "https://ferry.example:8443/f", None).await;
        let page = Browser::new().get(&format!("http://{address}/f/lti/canvas.json")).await;
        assert_eq!(page.headers["content-type"], "application/json");
        assert_eq!(page.headers["cache-control"], "public, max-age=300");
        let json: serde_json::Value = serde_json::from_str(&page.body).unwrap();
        assert_eq!(json["oidc_initiation_url"], "https://ferry.example:8443/f/lti/login");
        assert_eq!(json["extensions"][0]["domain"], "ferry.example:8443");
    });
}

#[test]
fn the_cartridge_and_the_picture_have_addresses_that_stay() {
    sqlite(async |db| {
        let address = house::serve(&db.store, "https://ferry.example/f", None).await;
        let page = Browser::new().get(&format!("http://{address}/f/lti/v1p1/config.xml")).await;
        assert_eq!(page.headers["content-type"], "application/xml; charset=utf-8");
        assert!(page.body.contains("<blti:secure_launch_url>https://ferry.example/f/lti/v1p1/launch<"), "{}", page.body);
        assert!(page.body.contains("A tiny &lt;course&gt;"), "{}", page.body);
        let icon = Browser::new().get(&format!("http://{address}/f/icon.svg")).await;
        assert!(icon.headers["content-type"] == "image/svg+xml" && icon.body.contains("<svg"), "{}", icon.body);
    });
}
