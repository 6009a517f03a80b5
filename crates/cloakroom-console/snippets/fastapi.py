# pip install fastapi "pyjwt[crypto]"
import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer

app = FastAPI()
bearer = HTTPBearer()
keys = jwt.PyJWKClient("{issuer}/protocol/openid-connect/certs")


def claims(header=Depends(bearer)):
    token = header.credentials
    try:
        key = keys.get_signing_key_from_jwt(token).key
        return jwt.decode(token, key, ["RS256", "ES256"], issuer="{issuer}", audience="{client_id}")
    except jwt.PyJWTError as error:
        raise HTTPException(401, "the token is not good") from error


@app.get("/me")
def me(who=Depends(claims)):
    return {"sub": who["sub"]}
