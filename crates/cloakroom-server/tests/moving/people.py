"""Writes a realm file with as many people as are asked for, to measure how fast one comes in."""

import json
import sys


def user(number):
    """A person as a Keycloak export has one: two attributes, a hash, two roles, a group."""
    password = {
        "id": f"credential-{number}",
        "type": "password",
        "createdDate": 1700000000000,
        "secretData": json.dumps({"value": "+evyDkXKaTT2nMKLhOMt46esmbH+JZxvbPhYI5ISZp8=", "salt": "1yxIzmrw/0V6Ru0qvrNfZA=="}),
        "credentialData": json.dumps({"hashIterations": 27500, "algorithm": "pbkdf2-sha256"}),
    }
    return {
        "id": f"user-{number}",
        "username": f"person{number}",
        "email": f"person{number}@many.example",
        "emailVerified": True,
        "firstName": "Person",
        "lastName": f"Number {number}",
        "enabled": True,
        "createdTimestamp": 1700000000000,
        "attributes": {"locale": ["en"], "department": [f"d{number % 50}"]},
        "credentials": [password],
        "realmRoles": ["default-roles-many", "employee"],
        "groups": ["/staff"],
    }


def main():
    out = sys.stdout
    head = {"realm": "many", "enabled": True, "groups": [{"name": "staff"}], "roles": {"realm": [{"name": "employee"}]}}
    out.write(json.dumps(head)[:-1] + ', "users": [\n')
    for number in range(int(sys.argv[1])):
        out.write((",\n" if number else "") + json.dumps(user(number)))
    out.write("\n]}\n")


main()
