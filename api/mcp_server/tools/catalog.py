"""All tools of the service, by name, in the order that `tools/list` returns to clients."""

from api.mcp_server.tools.list_changes import LIST_CHANGES
from api.mcp_server.tools.list_trends import LIST_TRENDS
from api.mcp_server.tools.look_up_entity import LOOK_UP_ENTITY
from api.mcp_server.tools.read_brief import READ_BRIEF
from api.mcp_server.tools.read_story import READ_STORY
from api.mcp_server.tools.search_briefs import SEARCH_BRIEFS
from api.mcp_server.tools.tool import Tool

TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (SEARCH_BRIEFS, READ_BRIEF, LOOK_UP_ENTITY, READ_STORY, LIST_TRENDS, LIST_CHANGES)
}
