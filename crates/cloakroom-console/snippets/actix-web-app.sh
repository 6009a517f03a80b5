# The web app in Rust of this server's sources; docs/tutorials/web-app-in-rust.md reads it with you.
export ISSUER='{issuer}' CLIENT_ID='{client_id}' CLIENT_SECRET
export API_AUDIENCE='{client_id}' APP_URL='https://YOUR-APP'
cargo run -p cloakroom-verify --example web-app
