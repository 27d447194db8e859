"""Call a tool, and return its answer or its error as a result of the Model Context Protocol."""

from typing import Any

import orjson

from api.mcp_server.messages import ErrorCode, ProtocolError
from api.mcp_server.tools.catalog import TOOLS
from api.mcp_server.tools.tool import ToolError


def call_tool(params: dict[str, Any]) -> dict[str, Any]:
    """Call a tool, and return the result of the protocol's method `tools/call`.

    The result contains the answer of the tool twice, as the protocol recommends: as a JSON value, and as text
    for clients that pass only text to the language model. If the tool fails, the result contains the message
    of the error instead. `params` has the `name` of the tool and its `arguments`.

    Raises:
        ProtocolError: There is no such tool, or the arguments are not an object.
    """
    name, given = params.get("name"), params.get("arguments")
    tool = TOOLS.get(name) if isinstance(name, str) else None
    if tool is None:
        text = f"There is no tool of this name. Tools: {', '.join(TOOLS)}."
        raise ProtocolError(ErrorCode.INVALID_PARAMS, text)
    if given is not None and not isinstance(given, dict):
        raise ProtocolError(ErrorCode.INVALID_PARAMS, "`arguments` must be an object.")
    try:
        answer = tool.run(tool.check(given or {}))
    except ToolError as error:
        return {"content": [_text(str(error))], "isError": True}
    return {"content": [_text(orjson.dumps(answer).decode())], "structuredContent": answer, "isError": False}


def _text(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}
