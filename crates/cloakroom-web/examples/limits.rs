//! What this machine can do at most, beside which the bench puts the server: bare answers over HTTP, raw signatures, password
//! hashes, and appends that reach the disk. `limits serve PORT BYTES`, or `limits raw`.

use std::error::Error;
use std::fs::File;
use std::io::Write as _;
use std::time::{Duration, Instant, SystemTime};

use actix_web::web::{self, Bytes, Data, Path};
use actix_web::{App, HttpResponse, HttpServer};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The secret that a bare token endpoint knows, as a digest.
const SECRET: &[u8] = b"bench-secret-0123456789abcdef0123456789";

/// How long each limit of the machine is measured.
const WHILE: Duration = Duration::from_millis(700);

/// A key for each of the algorithms.
struct Keys {
    es256: EcdsaKeyPair,
    eddsa: Ed25519KeyPair,
    rs256: RsaKeyPair,
}

impl Keys {
    fn generate() -> Outcome<Self> {
        Ok(Self {
            es256: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?,
            eddsa: Ed25519KeyPair::generate()?,
            rs256: RsaKeyPair::generate(KeySize::Rsa2048)?,
        })
    }

    fn sign(&self, alg: &str, text: &[u8]) -> Outcome<Vec<u8>> {
        let random = SystemRandom::new();
        Ok(match alg {
            "ES256" => self.es256.sign(&random, text)?.as_ref().to_vec(),
            "EdDSA" => self.eddsa.sign(text).as_ref().to_vec(),
            _ => {
                let mut signature = vec![0; self.rs256.public_modulus_len()];
                self.rs256
                    .sign(&RSA_PKCS1_SHA256, &random, text, &mut signature)?;
                signature
            }
        })
    }

    /// A token such as the server issues, without a choice of anything in it.
    #[expect(
        clippy::disallowed_methods,
        reason = "a yardstick has no context to take the time from"
    )]
    fn token(&self, alg: &str) -> Outcome<String> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        let now = now.as_secs();
        let id = format!(
            "{:032x}",
            u128::from(now) << 64 | u128::from(std::process::id())
        );
        let claims = json!({
            "exp": now + 300, "iat": now, "jti": id, "iss": "http://localhost:8080/realms/bench",
            "aud": ["bench", "account"], "sub": "0e0fcd26-3f55-4b0d-8f6e-3a7a1d1c0b5e", "typ": "Bearer",
            "azp": "bench", "acr": "1", "realm_access": {"roles": ["default-roles-bench", "offline_access"]},
            "scope": "profile email", "email_verified": false, "clientHost": "127.0.0.1",
        });
        let mut token = URL_SAFE_NO_PAD.encode(json!({"alg": alg, "typ": "JWT"}).to_string());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims.to_string(), &mut token);
        let signature = self.sign(alg, token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}

async fn fixed(body: Data<Bytes>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(Bytes::clone(&body))
}

async fn token(keys: Data<Keys>, alg: Path<String>, body: Bytes) -> HttpResponse {
    let known = digest(&SHA256, SECRET);
    let proved = url::form_urlencoded::parse(&body).any(|(name, value)| {
        name == "client_secret" && digest(&SHA256, value.as_bytes()).as_ref() == known.as_ref()
    });
    match keys.token(&alg).ok().filter(|_| proved) {
        Some(token) => HttpResponse::Ok()
            .insert_header(("cache-control", "no-store"))
            .json(json!({"access_token": token, "token_type": "Bearer", "expires_in": 300})),
        None => HttpResponse::Unauthorized().finish(),
    }
}

async fn serve(port: u16, bytes: usize) -> Outcome<()> {
    let keys = Data::new(Keys::generate()?);
    let body = Data::new(Bytes::from(vec![b'x'; bytes]));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(keys.clone())
            .app_data(body.clone())
            .route("/fixed", web::get().to(fixed))
            .route("/token/{alg}", web::post().to(token))
    });
    server.workers(1).bind(("127.0.0.1", port))?.run().await?;
    Ok(())
}

/// How often something can be done in a second.
fn rate(mut done: impl FnMut() -> Outcome<()>) -> Outcome<f64> {
    let started = Instant::now();
    let mut times = 0_u32;
    while started.elapsed() < WHILE {
        done()?;
        times += 1;
    }
    Ok(f64::from(times) / started.elapsed().as_secs_f64())
}

/// The signing input of a token of usual size.
fn raw() -> Outcome<()> {
    let keys = Keys::generate()?;
    let text = vec![b'a'; 900];
    let mut out = std::io::stdout().lock();
    for alg in ["ES256", "EdDSA", "RS256"] {
        let rate = rate(|| keys.sign(alg, &text).map(drop))?;
        writeln!(out, "LIMIT {rate:.0} signatures alone, {alg}")?;
    }
    let params = Params::new(19 * 1024, 2, 1, Some(32)).map_err(|error| error.to_string())?;
    let mut memory = vec![Block::default(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hashes = rate(|| {
        let mut hash = [0; 32];
        let salt = [7; 16];
        let done =
            argon2.hash_password_into_with_memory(b"a password", &salt, &mut hash, &mut memory);
        done.map_err(|error| error.to_string().into())
    })?;
    writeln!(out, "LIMIT {hashes:.0} argon2id, 19 MiB, 2 rounds")?;
    let folder = std::env::current_dir()?;
    let path = folder.join("limits-append");
    let mut file = File::create(&path)?;
    let synced = rate(|| {
        file.write_all(&[7; 4096])?;
        Ok(file.sync_data()?)
    });
    std::fs::remove_file(&path)?;
    writeln!(
        out,
        "LIMIT {:.0} appends of 4 KiB that reach the disk",
        synced?
    )?;
    Ok(())
}

#[actix_web::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["serve", port, bytes] => serve(port.parse()?, bytes.parse()?).await,
        ["raw"] => raw(),
        _ => Err("limits serve PORT BYTES, or limits raw".into()),
    }
}
