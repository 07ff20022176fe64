"""Who learns: a name is enough, and a signed token remembers it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Annotated

import jwt
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

from .. import config

router = APIRouter()
_bearer = HTTPBearer(auto_error=False)


class LearnerIn(BaseModel):
    """A learner as he or she comes."""

    name: str = Field(pattern=r"^[\w -]{2,40}$")


@router.post("/learners", status_code=201)
async def come(learner: LearnerIn) -> dict[str, str]:
    expires = datetime.now(timezone.utc) + timedelta(days=30)
    token = jwt.encode({"sub": learner.name, "exp": expires}, config.jwt_key(), algorithm="HS256")
    return {"name": learner.name, "token": token}


async def current(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
    """Name of the learner whose token came along."""
    if given is None:
        raise HTTPException(401, "a token is needed; POST /learners gives one")
    try:
        claims = jwt.decode(given.credentials, config.jwt_key(), algorithms=["HS256"], options={"require": ["exp", "sub"]})
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "the token is not valid") from error
    return claims["sub"]


Learner = Annotated[str, Depends(current)]
