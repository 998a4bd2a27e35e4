"""The API Gateway event of a statement request."""

from typing import Any

CODE = "b" * 43


def statement_event() -> dict[str, Any]:
    headers = {"authorization": f"Bearer {CODE}"}
    return {
        "httpMethod": "GET",
        "resource": "/v1/statement",
        "path": "/v1/statement",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "multiValueQueryStringParameters": None,
        "queryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {"httpMethod": "GET", "resourcePath": "/v1/statement", "path": "/v1/statement"},
        "body": None,
        "isBase64Encoded": False,
    }
